/** Settings by dotted key, as `--set` and sweeps give them. */
import { ConfigurationError } from '../errors.ts';
import { parseYaml } from './yaml-file.ts';

/** Sets what `key.path=value` says, the value in YAML. @throws ConfigurationError where it says nothing of the kind */
export function assign(target: Record<string, unknown>, assignment: string): void {
  const at = assignment.indexOf('=');
  if (at < 1)
    throw new ConfigurationError(
      `--set was given ${JSON.stringify(assignment)}; expected key.path=value, e.g. sgd.learningRate=0.1`,
    );
  const key = assignment.slice(0, at);
  if (!isKey(key)) throw new ConfigurationError(`--set was given the key ${JSON.stringify(key)}; expected key.path`);
  let value: unknown;
  try {
    value = parseYaml(assignment.slice(at + 1));
  } catch {
    throw new ConfigurationError(
      `--set ${assignment}: the value is not valid YAML; quote it, e.g. --set 'report.title="a: b"'`,
    );
  }
  setKey(target, key, value);
}

/** Whether a text can be a dotted key. */
export const isKey = (key: string): boolean => key.split('.').every((part) => part !== '' && part !== '__proto__');

/** Sets one dotted key; sections on the way that are not there, or are something else, are made. */
export function setKey(target: Record<string, unknown>, key: string, value: unknown): void {
  const keys = key.split('.');
  const last = keys.pop()!;
  let section = target;
  for (const name of keys) {
    const inner = section[name];
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) section[name] = {};
    section = section[name] as Record<string, unknown>;
  }
  section[last] = value;
}

/** What stands under a dotted key; undefined where there is no such section. */
export const valueAt = (section: unknown, key: string): unknown =>
  key.split('.').reduce((value, name) => (value as Record<string, unknown> | undefined)?.[name], section);
