/** Which stages were computed on which back ends, in words. */
import type { BackEnds } from './context.ts';

/** `train and record on tensorflow, spectrum on tensorflow and webgpu`. */
export function backEndsInWords(backEnds: BackEnds): string {
  const stages = new Map<string, string[]>();
  for (const [stage, names] of Object.entries(backEnds)) {
    const on = inAList(names);
    stages.set(on, [...(stages.get(on) ?? []), stage]);
  }
  return [...stages].map(([on, names]) => `${inAList(names)} on ${on}`).join(', ');
}

const inAList = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
