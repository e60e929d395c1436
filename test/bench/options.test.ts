import { describe, expect, test } from 'vitest';
import { readOptions } from '../../bench/options.mjs';

const CASES = ['hvp', 'step', 'spectrum'];
const ON_DEVICE = ['gradient', 'hvp'];
const read = (line: string) => readOptions(line.split(' ').filter(Boolean), CASES, ON_DEVICE);
const nothing = { rounds: null, keep: false, backend: null, images: null, eigenpairs: null };

describe('readOptions', () => {
  test.each([
    ['', { ...nothing, chosen: CASES }],
    ['step hvp', { ...nothing, chosen: ['hvp', 'step'] }],
    ['step --rounds 2 --keep', { ...nothing, chosen: ['step'], rounds: 2, keep: true }],
    ['spectrum --images 50 --eigenpairs 7', { ...nothing, chosen: ['spectrum'], images: 50, eigenpairs: 7 }],
    ['--backend webgpu', { ...nothing, chosen: ON_DEVICE, backend: 'webgpu' }],
    [
      'gradient --backend tensorflow --images 9',
      { ...nothing, chosen: ['gradient'], backend: 'tensorflow', images: 9 },
    ],
    ['chart', { ...nothing, chosen: [] }],
  ])('bench %s', (line, expected) => {
    expect(read(line)).toEqual(expected);
  });

  test.each([
    ['step nonsense', 'unknown case nonsense; known: hvp, step, spectrum; or chart'],
    ['chart hvp', 'chart stands alone'],
    ['chart --keep', 'chart stands alone'],
    ['chart --backend webgpu', 'chart stands alone'],
    ['--backend cpu', '--backend cpu: expected webgpu or tensorflow'],
    ['step --backend webgpu', 'unknown case step; known with --backend: gradient, hvp; or chart'],
    ['--rounds', /^Option '--rounds <value>' argument missing; usage: .+$/],
    ['--rounds -1', /^Option '--rounds' argument is ambiguous; usage: .+$/],
    ['--rounds=-1', '--rounds -1: expected a whole number of 1 or more'],
    ['--rounds 1.5', '--rounds 1.5: expected'],
    ['--frobnicate', /^Unknown option '--frobnicate'; usage: .+$/],
    ['hvp --images 5', '--images and --eigenpairs belong to the case spectrum'],
  ])('bench %s is refused in one sentence', (line, message) => {
    expect(() => read(line)).toThrow(message);
    expect(() => read(line)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
