/** Memory of the device: buffers that are shared by all that is run, buffers that are kept, and the way back. */
import type { Disposable, Disposables } from '../../disposables.ts';
import { RunError } from '../../errors.ts';
import type { Reals } from '../types.ts';
import type { Gpu } from './device.ts';

/** Buffers on loan until it is disposed of; they may be shared with whatever else is run, since runs follow each other. */
export interface Lease extends Disposable {
  readonly buffers: readonly GPUBuffer[];
}

/** More than this many times what is asked for is not lent. */
const LARGEST_WASTE = 1.25;
/** Buffers for the way back that are kept for the next read. */
const STAGING_KEPT = 16;
/** Milliseconds: waiting for less is not worth a timer. */
const SHORTEST_PAUSE = 5;

/** The buffers of one device. */
export class Buffers {
  private readonly gpu: Gpu;
  /** Lent buffers, and to how many. */
  private readonly shared = new Map<GPUBuffer, number>();
  private readonly staging: GPUBuffer[] = [];
  private held = 0;

  constructor(gpu: Gpu) {
    this.gpu = gpu;
  }

  /** Bytes that are held on the device. */
  get bytes(): number {
    return this.held;
  }

  /** Numbers that one buffer may hold. */
  get largest(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.gpu.device.limits;
    return Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4);
  }

  /** A buffer of so many numbers. @throws RunError where the device takes none so large */
  create(numbers: number): GPUBuffer {
    const { device, usage } = this.gpu;
    const size = Math.max(4, 4 * numbers);
    if (numbers > this.largest)
      throw new RunError(
        `a tensor of ${size} bytes does not fit the graphics device, which takes ${4 * this.largest} at most: ask for fewer samples (data.samples) or smaller batches (sgd.batchSize), or resume the run on another back end`,
      );
    this.held += size;
    return device.createBuffer({ size, usage: usage.STORAGE | usage.COPY_SRC | usage.COPY_DST });
  }

  /** A buffer with these numbers in it. */
  hold(values: Reals | Int32Array): GPUBuffer {
    const buffer = this.create(values.length);
    this.write(buffer, values);
    return buffer;
  }

  write(buffer: GPUBuffer, values: Reals | Int32Array): void {
    const numbers = values instanceof Float64Array ? Float32Array.from(values) : values;
    this.gpu.device.queue.writeBuffer(buffer, 0, numbers.buffer, numbers.byteOffset, numbers.byteLength);
  }

  /** Has a buffer freed with others. @returns the buffer */
  own(held: Disposables, buffer: GPUBuffer): GPUBuffer {
    held.add({ dispose: () => this.free(buffer) });
    return buffer;
  }

  free(buffer: GPUBuffer): void {
    this.held -= buffer.size;
    buffer.destroy();
  }

  /** Different buffers with room for so many numbers each. */
  lend(numbers: readonly number[]): Lease {
    const chosen = new Set<GPUBuffer>();
    const order = numbers.map((count, index) => ({ size: Math.max(4, 4 * count), count, index }));
    const buffers: GPUBuffer[] = new Array(numbers.length);
    for (const { size, count, index } of order.sort((a, b) => b.size - a.size)) {
      const buffer =
        [...this.shared.keys()]
          .filter((one) => !chosen.has(one) && one.size >= size && one.size <= LARGEST_WASTE * size)
          .sort((a, b) => a.size - b.size)[0] ?? this.create(count);
      chosen.add(buffer);
      this.shared.set(buffer, (this.shared.get(buffer) ?? 0) + 1);
      buffers[index] = buffer;
    }
    let open = true;
    return {
      buffers,
      dispose: () => {
        if (open) for (const buffer of buffers) this.giveBack(buffer);
        open = false;
      },
    };
  }

  private giveBack(buffer: GPUBuffer): void {
    const borrowers = this.shared.get(buffer)! - 1;
    this.shared.set(buffer, borrowers);
    if (borrowers > 0) return;
    this.shared.delete(buffer);
    this.free(buffer);
  }

  /**
   * Reads buffers back after all that was submitted, in one go.
   *
   * @param encoder what is still to be submitted before
   * @param patience milliseconds that this surely takes: Dawn waits with a processor core of its own
   * @throws RunError where the device failed, before or now
   */
  async read(
    sources: readonly { readonly buffer: GPUBuffer; readonly numbers: number }[],
    encoder = this.gpu.device.createCommandEncoder(),
    patience = 0,
  ): Promise<Float32Array[]> {
    const { gpu } = this;
    gpu.check();
    const size = sources.reduce((sum, { numbers }) => sum + 4 * numbers, 0);
    const staging = this.takeStaging(size);
    let offset = 0;
    for (const { buffer, numbers } of sources) {
      encoder.copyBufferToBuffer(buffer, 0, staging, offset, 4 * numbers);
      offset += 4 * numbers;
    }
    gpu.device.queue.submit([encoder.finish()]);
    if (patience >= SHORTEST_PAUSE) await new Promise((resolve) => setTimeout(resolve, patience));
    try {
      await staging.mapAsync(gpu.mapMode.READ, 0, size);
    } catch (error) {
      gpu.check();
      throw new RunError(`the graphics device gave no results back: ${(error as Error).message}`, { cause: error });
    }
    gpu.check();
    const values = new Float32Array(staging.getMappedRange(0, size).slice(0));
    staging.unmap();
    this.keepStaging(staging);
    offset = 0;
    return sources.map(({ numbers }) => {
      offset += numbers;
      // One output is handed over as it is; parts of one array would keep each other in memory.
      return sources.length === 1 ? values : values.slice(offset - numbers, offset);
    });
  }

  private takeStaging(size: number): GPUBuffer {
    const known = this.staging.findIndex((one) => one.size >= size && one.size <= 2 * size + 4096);
    if (known >= 0) return this.staging.splice(known, 1)[0];
    const { device, usage } = this.gpu;
    return device.createBuffer({ size: Math.max(4, size), usage: usage.MAP_READ | usage.COPY_DST });
  }

  private keepStaging(buffer: GPUBuffer): void {
    this.staging.push(buffer);
    if (this.staging.length > STAGING_KEPT) this.staging.shift()!.destroy();
  }
}
