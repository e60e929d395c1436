/** Which of several cards TensorFlow computes on. Channel: CUDA's rules for its variables, by hand. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Card, cardsOf, findCard, firstOf } from '../../src/tensor/cards.ts';

// In the order of the bus, as the driver's program lists them.
const CARDS = cardsOf('GPU-5d10, Tesla T4\nGPU-5d2a, NVIDIA A100-SXM4-40GB\n');

it('are read of what the driver prints', () =>
  expect(CARDS).toEqual([
    { uuid: 'GPU-5d10', name: 'Tesla T4' },
    { uuid: 'GPU-5d2a', name: 'NVIDIA A100-SXM4-40GB' },
  ]));

describe('the first of those that CUDA shows', () => {
  it.each<[visible: string | undefined, order: string | undefined, card: string]>([
    [undefined, undefined, 'the fastest of Tesla T4, NVIDIA A100-SXM4-40GB'],
    [undefined, 'FASTEST_FIRST', 'the fastest of Tesla T4, NVIDIA A100-SXM4-40GB'],
    [undefined, 'PCI_BUS_ID', 'Tesla T4'],
    ['1', 'PCI_BUS_ID', 'NVIDIA A100-SXM4-40GB'],
    ['1,0', 'PCI_BUS_ID', 'NVIDIA A100-SXM4-40GB'],
    // A number counts cards from the fastest on.
    ['1', undefined, 'Tesla T4 or NVIDIA A100-SXM4-40GB'],
    ['7', 'PCI_BUS_ID', 'Tesla T4 or NVIDIA A100-SXM4-40GB'],
    ['GPU-5d2a', undefined, 'NVIDIA A100-SXM4-40GB'],
    ['GPU-5d1', undefined, 'Tesla T4'],
    ['GPU-5d', undefined, 'Tesla T4 or NVIDIA A100-SXM4-40GB'],
    ['MIG-1', 'PCI_BUS_ID', 'Tesla T4 or NVIDIA A100-SXM4-40GB'],
  ])('CUDA_VISIBLE_DEVICES %j, CUDA_DEVICE_ORDER %j: %s', (visible, order, card) =>
    expect(firstOf(CARDS, { CUDA_VISIBLE_DEVICES: visible, CUDA_DEVICE_ORDER: order })).toBe(card),
  );

  it('has the name of all where all have one', () =>
    expect(firstOf([CARDS[0], CARDS[0]], { CUDA_VISIBLE_DEVICES: '1' })).toBe('Tesla T4'));
});

describe('the folder of the driver', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cards-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  for (const [place, { name, uuid }] of CARDS.entries()) {
    mkdirSync(join(folder, 'gpus', `0000:0${place}:00.0`), { recursive: true });
    writeFileSync(
      join(folder, 'gpus', `0000:0${place}:00.0`, 'information'),
      `Model: \t\t ${name}\nIRQ:   \t\t 31\nGPU UUID: \t ${uuid}\n`,
    );
  }
  const environment = { CUDA_VISIBLE_DEVICES: 'GPU-5d2a' };
  const cardFor = (answer: readonly Card[] | null) => findCard({ folder, environment, ask: () => answer }).card;

  it('has names and numbers where the driver does not answer', () => expect(cardFor(null)).toBe(CARDS[1].name));

  it('has more than this process may use: the driver knows', () => expect(cardFor([CARDS[0]])).toBe(CARDS[0].name));
});
