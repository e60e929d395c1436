/** Blocks of code of a page, as its source has them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A block between two fences. */
export interface Block {
  /** Of its first line in the page. */
  readonly line: number;
  /** As the fence names it; empty where it names none. */
  readonly language: string;
  readonly code: string;
  /** What the comment above it says. */
  readonly remark: string;
  /** Of the file that it is, where its first line is a comment with one. */
  readonly file: string | null;
}

/** All blocks of a page, in their order. @param page its path from the root of the checkout */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let remark = '';
  let open: { line: number; language: string; lines: string[] } | null = null;
  for (const [at, text] of readFileSync(join(ROOT, page), 'utf8').split('\n').entries()) {
    const fence = /^ {0,3}```(\w*)/.exec(text);
    if (fence && open) {
      const { line, language, lines } = open;
      const code = `${lines.join('\n')}\n`;
      blocks.push({ line, language, code, remark, file: /^(?:\/\/|#) (\S+\.\w+)$/m.exec(lines[0] ?? '')?.[1] ?? null });
      open = null;
      remark = '';
    } else if (fence) open = { line: at + 1, language: fence[1], lines: [] };
    else if (open) open.lines.push(text);
    else remark = /^<!-- (.*) -->$/.exec(text)?.[1] ?? (text.trim() === '' ? remark : '');
  }
  return blocks;
}
