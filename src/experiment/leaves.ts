/** Settings one by one, under the keys by which `--set` knows them. */

/** `section.key` and value of everything that is no section itself. */
export function leaves(value: unknown, path = ''): [key: string, value: unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}
