/** Runs on files: what is doubtful about them lands in the summary, and a changed file starts the run anew. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { exportData } from '../../../src/experiment/export-data.ts';
import type { Summary } from '../../../src/report/summary.ts';
import { randomStream } from '../../../src/random.ts';
import { readJson } from '../../../src/store/json.ts';
import { writeSafetensors } from '../../../src/store/safetensors.ts';
import { idx, place } from '../../data/official-layout.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing, problemOf } from '../../store/scratch.ts';
import { run } from './tiny.ts';

const folder = temporaryFolders();

/** MNIST's training files in the official layout, with a few images that are none. */
function placeImages(dataFolder: string, images: number): void {
  const random = randomStream(1, 'test/images');
  const labels = Uint8Array.from({ length: images }, (_, image) => image % 10);
  // Odd images are bright on the left, so that there is something to learn.
  const pixels = Uint8Array.from({ length: images * 784 }, (_, at) =>
    labels[Math.floor(at / 784)] % 2 === 1 && at % 28 < 14 ? 128 + random.integer(128) : random.integer(128),
  );
  const file = (name: string) => `mnist/train-${name}-ubyte.gz`;
  place(dataFolder, file('images-idx3'), gzipSync(idx([images, 28, 28], pixels)));
  place(dataFolder, file('labels-idx1'), gzipSync(idx([images], labels)));
}

describe('mnist from files that are not the official ones', () => {
  it('runs, and warns of each in the summary', async () => {
    const dataFolder = folder();
    placeImages(dataFolder, 60);
    const directory = join(folder(), 'run');
    await run(
      directory,
      {
        data: { name: 'mnist', target: 'parity', folder: dataFolder },
        model: { name: 'linear' },
        loss: 'binary-cross-entropy',
        train: { epochs: 5, initialLearningRate: 0.01 },
        polish: { method: 'none' },
        sgd: { learningRate: 0.002, batchSize: 10, weightDecay: 0.1 },
        record: { burnInEpochs: 2, epochs: 3 },
        spectrum: { eigenpairs: 4 },
      },
      'compare',
    );
    const { warnings, samples } = readJson<Summary>(join(directory, 'summary.json'));
    expect(samples).toBe(60);
    const checksums = warnings.filter(({ code }) => code === 'checksum').map(({ text }) => text);
    expect(checksums).toHaveLength(2);
    expect(checksums[0]).toContain('mnist/train-images-idx3-ubyte.gz');
    expect(checksums[1]).toContain('mnist/train-labels-idx1-ubyte.gz');
    // They come first: what follows rests on the data.
    expect(warnings.slice(0, 2).map(({ code }) => code)).toEqual(['checksum', 'checksum']);
  });

  it('is refused, and no folder made, where they are missing', async () => {
    const directory = join(folder(), 'run');
    const data = { name: 'mnist', folder: folder() };
    const model = { name: 'linear' };
    expect(await problemOf(() => run(directory, { data, model, loss: 'cross-entropy' }))).toMatch(/^exit 3: .*mnist/);
    expect(listing(join(directory, '..'))).toEqual([]);
  });
});

describe('mnist from files that have changed since', () => {
  const settings = (data: Record<string, unknown>) => ({
    data: { name: 'mnist', target: 'parity', ...data },
    model: { name: 'linear' },
    loss: 'binary-cross-entropy',
    sgd: { learningRate: 0.002, batchSize: 10, weightDecay: 0.1 },
    record: { burnInEpochs: 1, epochs: 2 },
    spectrum: { eigenpairs: 4 },
  });

  it('is refused where a run goes on or is exported, and read where it starts anew', async () => {
    const dataFolder = folder();
    const directory = join(folder(), 'run');
    placeImages(dataFolder, 60);
    await run(directory, settings({ folder: dataFolder }), 'record');
    const then = listing(directory);
    placeImages(dataFolder, 50);
    const refusal = /^exit 3: mnist\/train-images-idx3-ubyte\.gz has SHA-256 \w{12}…, but .* was made from one with /;
    expect(await problemOf(() => run(directory, settings({ folder: dataFolder })))).toMatch(refusal);
    expect(await problemOf(() => exportData(directory, join(folder(), 'x.safetensors')))).toMatch(refusal);
    expect(listing(directory)).toEqual(then);
    placeImages(dataFolder, 60);
    expect((await run(directory, settings({ folder: dataFolder }), 'spectrum')).ran).toEqual(['spectrum']);
    placeImages(dataFolder, 50);
    const anew = { ...settings({ folder: dataFolder }), seed: 2 };
    expect((await run(directory, anew, 'record')).ran).toEqual(['train', 'record']);
  });
});

describe('a user’s own file', () => {
  const samples = 120;

  function writeData(path: string, purpose: string): void {
    const random = randomStream(1, purpose);
    const x = new Float32Array(samples * 2).map(() => random.normal());
    const y = new Float32Array(samples).map((_, n) => x[2 * n] - 0.5 * x[2 * n + 1] + 0.1 * random.normal());
    writeSafetensors(path, { x: { shape: [samples, 2], data: x }, y: { shape: [samples, 1], data: y } });
  }

  it('is part of the settings: the same bytes under a new time are no change, other bytes are', async () => {
    const path = join(folder(), 'mine.safetensors');
    const directory = join(folder(), 'run');
    const go = () =>
      run(
        directory,
        {
          data: { name: 'file', path },
          model: { name: 'linear' },
          sgd: { batchSize: 12, weightDecay: 0 },
          record: { burnInEpochs: 1, epochs: 2 },
        },
        'record',
      );
    writeData(path, 'test/first');
    expect((await go()).ran).toEqual(['train', 'record']);
    writeData(path, 'test/first');
    expect((await go()).ran).toEqual([]);
    writeData(path, 'test/second');
    expect(await go()).toMatchObject({ ran: ['train', 'record'], previous: `${directory}.previous-1` });
  });
});
