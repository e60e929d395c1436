/** `compileTogether` of back ends whose functions have nothing to share. */
import { openTogether } from '../disposables.ts';
import type { Backend } from './backend.ts';

/** Compiles each function by itself; where one cannot be compiled nothing is left of the others. */
export const oneByOne =
  (compile: Backend['compile']): Backend['compileTogether'] =>
  (functions) =>
    openTogether((held) => functions.map(({ fn, inputs, examples }) => held.add(compile(fn, inputs, examples))));
