/** Why a computation that was made before comes out otherwise now. */
import type { Choices } from '../context.ts';
import { describeEnvironment, readEnvironment } from '../environment.ts';

/** What of the machine is known to change last digits. */
const WORDS = {
  cpu: 'CPU',
  threads: 'threads',
  backend: 'native library',
  platform: 'platform',
  node: 'Node',
} as const;

/**
 * What differs between the machine of environment.json and this one, in words that go on a sentence.
 *
 * @param backend what the back end calls itself
 */
export function differencesOfMachine(directory: string, choices: Choices, backend: string): string {
  const before = readEnvironment(directory);
  const now = describeEnvironment(choices, backend, { stages: {}, files: {} });
  if (!before) return 'and nothing tells on what machine it was recorded';
  const differences = Object.entries(WORDS).flatMap(([key, word]) => {
    const [then, here] = [before, now].map((one) => String(one[key as keyof typeof WORDS]));
    return then === here ? [] : [`${word} then ${then}, now ${here}`];
  });
  return differences.length > 0 ? differences.join(', ') : 'although CPU, threads and native library are the same';
}
