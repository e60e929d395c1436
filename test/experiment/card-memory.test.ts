/** Memory of a card of NVIDIA's: of which card, and how it bounds --memory. A program of a line or two stands for the driver's. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CardWithMemory, freeOnFirst } from '../../src/experiment/card-memory.ts';
import { fill, temporaryFolders } from '../setup/temporary.ts';

const newFolder = temporaryFolders();
const processor = { name: 'tensorflow', isDevice: false, stateInSession: false } as const;
const cuda = { name: 'tensorflow', isDevice: true, stateInSession: true } as const;

describe('the free memory of the card that CUDA has first', () => {
  const card = (uuid: string, name: string, free: number | null, divided = false): CardWithMemory => ({
    uuid,
    name,
    divided,
    free,
  });
  const alike = [card('GPU-1a', 'A10', 10), card('GPU-1b', 'A10', 20)];
  const others = [card('GPU-2a', 'T4', 30), card('GPU-2b', 'H100', 20)];
  it.each<[string, CardWithMemory[], NodeJS.ProcessEnv, number | null]>([
    ['no card', [], {}, null],
    ['one', [card('GPU-1', 'H100', 80)], {}, 80],
    ['one that does not tell', [card('GPU-1', 'GB10', null)], {}, null],
    ['one that is split', [card('GPU-1', 'H100', 80, true)], {}, null],
    ['an instance of one that is split', [card('GPU-1', 'H100', 80, true)], { CUDA_VISIBLE_DEVICES: 'MIG-1' }, null],
    ['the first of two that are alike', alike, {}, 10],
    ['the second of them, by its number', alike, { CUDA_VISIBLE_DEVICES: '1,0' }, 20],
    ['the second of them, by a UUID cut short', alike, { CUDA_VISIBLE_DEVICES: 'GPU-1b' }, 20],
    ['different ones, in an order that is CUDA’s own: the least', others, { CUDA_VISIBLE_DEVICES: '0' }, 20],
    ['in the driver’s order', others, { CUDA_VISIBLE_DEVICES: '0', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }, 30],
    ['in the driver’s order, none named', others, { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }, 30],
    ['a number that no card has', alike, { CUDA_VISIBLE_DEVICES: '7' }, 10],
  ])('%s', (_, cards, environment, expected) => expect(freeOnFirst(cards, environment)).toBe(expected));
});

/** As in a process of its own, on a machine with 16 GB to spare and what the driver's program answers. */
async function memoryBeside(answer: string) {
  const folder = fill(newFolder(), { 'nvidia-smi': `#!${process.execPath}\n${answer}` });
  chmodSync(join(folder, 'nvidia-smi'), 0o755);
  vi.stubEnv('PATH', folder);
  vi.spyOn(process, 'availableMemory').mockReturnValue(16e9);
  vi.resetModules();
  const [memory, { problemOf }] = await Promise.all([
    import('../../src/experiment/memory.ts'),
    import('../store/scratch.ts'),
  ]);
  return { ...memory, problemOf };
}

describe('--memory', () => {
  beforeEach(() => vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined));
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  const H100 = `console.log('GPU-1, Disabled, 80000, NVIDIA H100');`;

  it('may be what the card has, where values lie on it', async () => {
    const { refuseMemoryBeyondReach, refuseMemoryBeyondReachOf, suggestMemory, problemOf } = await memoryBeside(H100);
    expect(await suggestMemory(cuda)).toBe(40_000 * 2 ** 20);
    await refuseMemoryBeyondReach(50e9);
    await refuseMemoryBeyondReachOf(cuda, 50e9);
    expect(await problemOf(() => refuseMemoryBeyondReachOf(cuda, 84e9))).toBe(
      'exit 2: --memory is 84.0 GB, and 83.8 GB are available on the GPU: ask for less, or leave it out for half of that',
    );
  });

  it('may not, where they lie in this process', async () => {
    const { refuseMemoryBeyondReach, refuseMemoryBeyondReachOf, suggestMemory, problemOf } = await memoryBeside(H100);
    const refusal =
      'exit 2: --memory is 50.0 GB, and 16.0 GB are available: ask for less, or leave it out for half of that';
    expect(await problemOf(() => refuseMemoryBeyondReachOf(processor, 50e9))).toBe(refusal);
    expect(await problemOf(() => refuseMemoryBeyondReachOf({ ...cuda, stateInSession: false }, 50e9))).toBe(refusal);
    expect(await suggestMemory(processor)).toBe(8e9);
    // More than either has needs no back end to be refused.
    expect(await problemOf(() => refuseMemoryBeyondReach(90e9))).toContain('and 16.0 GB are available: ask');
  });

  it('is held against the machine where the card does not tell', async () => {
    const untold = `console.log('GPU-1, [N/A], [N/A], NVIDIA GB10');`;
    const { refuseMemoryBeyondReach, refuseMemoryBeyondReachOf, suggestMemory, problemOf } = await memoryBeside(untold);
    expect(await suggestMemory(cuda)).toBe(2 ** 31);
    for (const refuse of [refuseMemoryBeyondReach, (bytes: number) => refuseMemoryBeyondReachOf(cuda, bytes)])
      expect(await problemOf(() => refuse(50e9))).toContain('and 16.0 GB are available: ask');
  });
});
