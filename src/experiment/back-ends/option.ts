/** `--backend` of the command line: another word for a setting, or `auto`. */
import { ConfigurationError } from '../../errors.ts';
import { BACK_ENDS, type BackendName } from '../../tensor/types.ts';

/** What `--backend` takes. */
export const BACKEND_WORDS = [...BACK_ENDS, 'auto'] as const;

/** One of the words. */
export type BackendWord = BackendName | 'auto';

const KEY = 'backend';

/**
 * The assignments of `--set` with a back end that was asked for by name among them.
 *
 * @param wanted undefined: nothing was asked for
 * @throws ConfigurationError where an assignment asks for another
 */
export function withBackend(assignments: readonly string[], wanted: BackendWord | undefined): string[] {
  if (wanted === undefined) return [...assignments];
  const asked = `${KEY}=${wanted}`;
  const other = assignments.find((assignment) => assignment.startsWith(`${KEY}=`) && assignment !== asked);
  if (other !== undefined)
    throw new ConfigurationError(`--backend is ${wanted}, but --set ${other} asks for another: leave one of them out`);
  return wanted === 'auto' || assignments.includes(asked) ? [...assignments] : [...assignments, asked];
}
