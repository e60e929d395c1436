/** Folders for one test file, removed at its end, and ears for what set-up says. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, vi } from 'vitest';

/** Makes folders whose paths hold a space, as a user's may. */
export function temporaryFolders(): () => string {
  const made: string[] = [];
  afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'set up test '));
    made.push(folder);
    return folder;
  };
}

/** Writes files below a folder. */
export function fill(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Keeps what is written to standard error from the terminal, and returns it. */
export function listen(): { text(): string; stop(): void } {
  const heard: string[] = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    heard.push(String(chunk));
    return true;
  });
  return { text: () => heard.join(''), stop: () => spy.mockRestore() };
}
