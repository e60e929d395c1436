/** docs/reference/command-line.md names every command with its arguments and options, and no others. Channel: the program itself. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';

const page = readFileSync(new URL('../../docs/reference/command-line.md', import.meta.url), 'utf8');

/** A section: what its heading calls commands, and the rest of each row by the option it is about. */
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [heading] = section.split('\n', 1);
    const usages = [...heading.matchAll(/`([^`]+)`/g)].map(([, usage]) => usage);
    const options = [...section.matchAll(/^\| `(-[^`]+)` *\| (.*?) *\|$/gm)];
    return { usages, options: new Map(options.map(([, flags, text]) => [flags, text])) };
  });
const options = new Map(sections.flatMap(({ usages, options }) => usages.map((usage) => [usage, options] as const)));

/** What there is to type, arguments included, and the command it belongs to; groups are no commands. */
function commands(command: Command, path: readonly string[] = []): [string, Command][] {
  const inner = command.commands.flatMap((one) => commands(one, [...path, one.name()]));
  if (path.length === 0) return [[command.name(), command], ...inner];
  if (inner.length > 0) return inner;
  const taken = command.registeredArguments.map((one) => {
    const name = one.variadic ? `${one.name()}...` : one.name();
    return one.required ? `<${name}>` : `[${name}]`;
  });
  return [[[...path, ...taken].join(' '), command]];
}

const known = commands(buildProgram());

it('has a section for every command, and for nothing else but options', () => {
  const explained = [...options.keys()].filter((usage) => !usage.startsWith('--'));
  expect(explained.sort()).toEqual(known.map(([usage]) => usage).sort());
});

describe.each(known)('%s', (usage, command) => {
  it('has a row for every option, and no other', () => {
    expect([...options.get(usage)!.keys()].sort()).toEqual(command.options.map(({ flags }) => flags).sort());
  });

  it('tells what is required, what may be chosen, and what holds where nothing is said', () => {
    for (const { flags, mandatory, argChoices, defaultValue } of command.options) {
      const text = options.get(usage)!.get(flags)!;
      expect(text.includes('required'), flags).toBe(mandatory);
      if (defaultValue !== undefined) expect(text, flags).toContain(String(defaultValue));
      if (flags !== '--until <stage>') for (const choice of argChoices ?? []) expect(text, flags).toContain(choice);
    }
  });
});

it('links to what it explains further down', () => {
  const headings = sections.flatMap(({ usages }) => usages);
  for (const [, link] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(headings).toContain(link);
});
