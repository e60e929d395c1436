/** All keys of the configuration, over all kinds of data and models: for completion, suggestions and the commented experiment. */
import { z } from 'zod';
import { experimentSchema } from './schema.ts';

/** One key. */
export interface Setting {
  /** With its section: `sgd.learningRate`. */
  readonly key: string;
  /** Where only some words may stand, those; of a list, those of its entries. */
  readonly words: readonly string[];
  /** What holds where nothing is said; several where kinds differ, none where it must be said. */
  readonly defaults: readonly unknown[];
}

/** The part of JSON Schema that zod makes of a configuration. */
interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly items?: Node;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string;
  readonly default?: unknown;
}

/** Every key, in the order of the schema. */
export function settings(): Setting[] {
  const found = new Map<string, { words: Set<string>; defaults: Map<string, unknown> }>();
  const visit = (node: Node, path: string): void => {
    const kinds = [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])];
    const sections = kinds.filter(({ properties }) => properties !== undefined);
    // A section that may be null is a key of its own, too.
    if (sections.length === 0 || kinds.some(({ type }) => type === 'null')) note(kinds, path);
    for (const { properties } of sections)
      for (const [name, inner] of Object.entries(properties!)) visit(inner, path ? `${path}.${name}` : name);
  };
  const note = (kinds: readonly Node[], path: string): void => {
    const { words, defaults } = found.get(path) ?? { words: new Set(), defaults: new Map() };
    for (const word of kinds.flatMap(wordsOf)) words.add(word);
    for (const { default: value } of kinds) if (value !== undefined) defaults.set(JSON.stringify(value), value);
    found.set(path, { words, defaults });
  };
  visit(z.toJSONSchema(experimentSchema, { io: 'output', unrepresentable: 'any' }) as Node, '');
  return [...found].map(([key, { words, defaults }]) => ({
    key,
    // `null` alone tells little: what may stand there beside it is a number or text.
    words: words.size === 1 && words.has('null') ? [] : [...words],
    defaults: [...defaults.values()],
  }));
}

function wordsOf(node: Node): string[] {
  if (node.type === 'boolean') return ['true', 'false'];
  if (node.type === 'null') return ['null'];
  if (node.items) return wordsOf(node.items);
  return [...(node.enum ?? []), ...('const' in node ? [node.const] : [])].map(String);
}
