/**
 * The experiment that `init` writes: whole, true and ready to run. Channels: the schema's own defaults for the values, and
 * the parser of YAML for the text.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { TEMPLATE, writeStudy } from '../../src/experiment/init.ts';
import { loadExperiment, resolveExperiment } from '../../src/experiment/load.ts';
import { settings } from '../../src/experiment/settings.ts';
import { problemOf, scratchFolder } from '../store/scratch.ts';
import { flat } from './flat.ts';

const template = readFileSync(TEMPLATE, 'utf8');

/**
 * A key with its value and the rest of its line; those that are commented out belong to the kinds that are named, or to a
 * section that is null (`weights.path`), to no kind.
 */
interface Line {
  readonly key: string;
  readonly value: unknown;
  readonly kinds: readonly string[] | null;
  readonly says: string;
}

const lines: Line[] = [];
const path: string[] = [];
for (const text of template.split('\n')) {
  const match = /^( *)(# )?([\w.]+):(?: (\S.*?))?(?: # (.*))?$/.exec(text);
  if (!match) continue;
  const [, indent, off, name, value, says = ''] = match;
  path.length = indent.length / 2;
  if (value === undefined) path.push(name);
  else {
    const kinds = !off ? null : name.includes('.') ? [] : says.split(':')[0].split(', ');
    lines.push({ key: [...path, name].join('.'), value: parse(value) as unknown, kinds, says });
  }
}
const active = lines.filter(({ kinds }) => kinds === null);

it('is read here as YAML reads it', () => {
  expect(Object.fromEntries(active.map(({ key, value }) => [key, value]))).toEqual(
    Object.fromEntries(flat(parse(template))),
  );
});

it('has every key of the schema, and no other', () => {
  expect([...new Set(lines.map(({ key }) => key))].sort()).toEqual(
    settings()
      .map(({ key }) => key)
      .sort(),
  );
});

it('gives every key a reason', () => {
  for (const { key, says } of lines) expect(says.replace(/\(.*?\)/g, '').length, key).toBeGreaterThan(8);
});

it('has defaults, and says the default where it has another value', () => {
  // Kinds without a default of their own are compared by name.
  const defaults = new Map(flat(resolveExperiment({})));
  for (const { key, value, says } of active) {
    const stated = /\(default (?:null: )?(.*?)(?::.*)?\)/.exec(says)?.[1];
    const expected = stated === undefined ? value : (parse(/default null/.test(says) ? 'null' : stated) as unknown);
    expect(expected, key).toEqual(defaults.get(key));
    if (stated !== undefined) expect(value, key).not.toEqual(defaults.get(key));
  }
});

describe('what is commented out', () => {
  const others = lines.filter(({ kinds }) => kinds !== null && kinds.length > 0);

  it.each(others)('$key of $kinds has its default', ({ key, value, kinds, says }) => {
    const [section, name] = key.split('.');
    for (const kind of kinds!) {
      const given = { name: kind, ...(says.includes('(no default)') && { [name]: value }) };
      // A kind that asks for more gets it from the template itself.
      for (const other of others)
        if (other.kinds!.includes(kind) && other.says.includes('(no default)'))
          Object.assign(given, { [other.key.split('.')[1]]: other.value });
      const resolved = resolveExperiment({ [section]: given })[section as 'data'] as Record<string, unknown>;
      expect(resolved[name], kind).toEqual(value);
    }
  });

  it.each(lines.filter(({ kinds }) => kinds?.length === 0))('$key has the default of its section', (line) => {
    const { defaults } = settings().find(({ key }) => key === line.key)!;
    if (line.says.includes('(no default)')) expect(defaults).toEqual([]);
    else expect(defaults).toEqual([line.value]);
  });

  it('is all that kinds of data and of models have besides', () => {
    for (const section of ['data', 'model'] as const)
      for (const kind of settings().find(({ key }) => key === `${section}.name`)!.words) {
        // Filled in by `import`.
        if (kind === 'none') continue;
        const own = others.filter(({ key, kinds }) => key.startsWith(`${section}.`) && kinds!.includes(kind));
        const given = { name: kind, ...Object.fromEntries(own.map(({ key, value }) => [key.split('.')[1], value])) };
        const known = Object.keys(resolveExperiment({ [section]: given })[section]);
        const said = [...own.map(({ key }) => key.split('.')[1]), ...activeOf(section)];
        expect(
          known.filter((key) => !said.includes(key)),
          kind,
        ).toEqual([]);
      }
  });
});

/** Keys of the template's own kind. */
const activeOf = (section: string) =>
  active.filter(({ key }) => key.startsWith(`${section}.`)).map(({ key }) => key.split('.')[1]);

describe('writeStudy', () => {
  it('writes a file that loads under its name, and says how to run it', () => {
    const file = join(scratchFolder(), 'deep', 'my-study');
    const { document, text } = writeStudy(file);
    expect(document).toEqual({ file: `${file}.yaml`, next: `epochnoise run ${file}.yaml` });
    expect(text).toContain(`Next: epochnoise run ${file}.yaml`);
    const { name, experiment } = loadExperiment(`${file}.yaml`);
    expect(name).toBe('my-study');
    expect(experiment).toEqual(resolveExperiment(parse(template)));
    expect(readFileSync(`${file}.yaml`, 'utf8')).toMatch(/^# my-study: /);
  });

  it('takes a name with its ending, and quotes what a shell would cut', () => {
    const file = join(scratchFolder(), 'a b.yml');
    expect(writeStudy(file).document).toMatchObject({ next: `epochnoise run '${file.replace(/yml$/, 'yaml')}'` });
  });

  it('says which folder cannot be written, and what to do', async () => {
    const file = join(scratchFolder(), 'file');
    writeFileSync(file, '');
    expect(await problemOf(() => writeStudy(join(file, 'mine')))).toMatch(
      /^exit 3: cannot write ~\/file: EEXIST: [^']*$/,
    );
  });

  it('overwrites nothing', async () => {
    const file = join(scratchFolder(), 'mine.yaml');
    writeFileSync(file, 'seed: 7\n');
    expect(await problemOf(() => writeStudy(file))).toBe(
      'exit 2: ~/mine.yaml is there already, and is left as it is; give another name, or remove it',
    );
    expect(readFileSync(file, 'utf8')).toBe('seed: 7\n');
  });

  it.each([
    ['quickstart', /^exit 2: quickstart is an experiment that comes with the program, .*; give another name$/],
    ['.yaml', /^exit 2: "\.yaml" names no file; expected a name, such as my-study$/],
  ])('refuses %s', async (name, sentence) => {
    expect(await problemOf(() => writeStudy(name))).toMatch(sentence);
  });
});
