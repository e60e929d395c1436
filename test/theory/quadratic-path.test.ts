/** The quadratic model's own path against the loop written out for one direction (dense-window.ts). */
import { expect, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { quadraticPath } from '../../src/theory/index.ts';
import { descend } from './dense-window.ts';
import { profileError } from './relative-error.ts';

const [learningRate, momentum] = [0.1, 0.8];
const eigenvalues = [3, 0.2, -0.1];
const random = randomStream(1, 'test/quadratic-path');
const noise = Float64Array.from({ length: 60 * 3 }, () => random.normal());
const column = (values: ArrayLike<number>, i: number) =>
  Array.from({ length: values.length / 3 }, (_, k) => values[k * 3 + i]);

it('each direction descends by itself, from any start and under any force, however the updates are cut', () => {
  const start = { theta: [0.5, -1, 2], velocity: [0.1, 0, -0.2] };
  const force = [0.3, 0, -0.4];
  const path = quadraticPath({ learningRate, momentum, eigenvalues, force }, start);
  const [first, second] = [path.advance(noise.subarray(0, 25 * 3)), path.advance(noise.subarray(25 * 3))];
  for (let i = 0; i < 3; i++) {
    const gradients = column(noise, i).map((value) => value + force[i]);
    const rule = { learningRate, momentum, eigenvalue: eigenvalues[i] };
    const expected = descend(rule, gradients, start.theta[i], start.velocity[i]);
    for (const part of ['theta', 'velocity'] as const)
      expect(profileError([...column(first[part], i), ...column(second[part], i)], expected[part])).toBeLessThan(1e-14);
  }
});

it('begins at rest unless told otherwise', () => {
  const { theta } = quadraticPath({ learningRate, momentum, eigenvalues }).advance(noise.subarray(0, 3));
  expect([...theta]).toEqual([...noise.subarray(0, 3)].map((value) => -learningRate * value));
});
