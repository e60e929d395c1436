/** Values in the memory of the graphics device. */
import { refuseReading } from '../inputs.ts';
import { type Shape, sizeOf, type Stored } from '../types.ts';
import type { Buffers } from './buffers.ts';

/** How stored values name the back end that holds them. */
export const KEEPER = 'webgpu at float32';

/** Values kept in a buffer of their own, which is freed with them. */
export class StoredBuffer implements Stored {
  readonly shape: Shape;
  readonly dtype: 'real' | 'int32';
  readonly keeper = KEEPER;
  readonly buffer: GPUBuffer;
  disposed = false;
  private readonly buffers: Buffers;

  constructor(buffers: Buffers, buffer: GPUBuffer, shape: Shape, dtype: 'real' | 'int32') {
    this.buffers = buffers;
    this.buffer = buffer;
    this.shape = shape;
    this.dtype = dtype;
  }

  async read(): Promise<Float32Array> {
    refuseReading(this);
    const [values] = await this.buffers.read([{ buffer: this.buffer, numbers: sizeOf(this.shape) }]);
    return values;
  }

  dispose(): void {
    if (!this.disposed) this.buffers.free(this.buffer);
    this.disposed = true;
  }
}
