/** Writes the steps of a stage as commands. What ties a program to its buffers is made once, and again when these change. */
import type { Gpu } from './device.ts';
import type { Step, Value } from './record.ts';
import type { Stage } from './stages.ts';

/** The ties of some steps to buffers that were used last. */
export type Bound = Map<Step, { readonly buffers: readonly GPUBuffer[]; readonly group: GPUBindGroup }>;

/** Ties programs to buffers; holds the uniforms of all steps in one buffer. */
export class Groups {
  /** Values that any step reads. */
  readonly used: ReadonlySet<Value>;
  private readonly gpu: Gpu;
  private readonly uniforms: GPUBuffer;
  private readonly offsets = new Map<Step, number>();
  private readonly sizes: readonly number[];

  /** @param sizes numbers in each value */
  constructor(gpu: Gpu, stages: readonly Stage[], sizes: readonly number[]) {
    const steps = new Set(stages.flatMap((stage) => stage.steps));
    this.gpu = gpu;
    this.sizes = sizes;
    this.used = new Set([...steps].flatMap(({ inputs }) => inputs));
    const alignment = gpu.device.limits.minUniformBufferOffsetAlignment;
    let end = 0;
    for (const step of steps) {
      this.offsets.set(step, end);
      end += Math.ceil(step.uniforms.byteLength / alignment) * alignment;
    }
    const bytes = new Uint8Array(Math.max(end, alignment));
    for (const [step, offset] of this.offsets) bytes.set(new Uint8Array(step.uniforms), offset);
    const { usage, device } = gpu;
    this.uniforms = device.createBuffer({ size: bytes.length, usage: usage.UNIFORM | usage.COPY_DST });
    device.queue.writeBuffer(this.uniforms, 0, bytes);
  }

  /** @param buffers of the output, then of the inputs */
  tie(step: Step, buffers: readonly GPUBuffer[]): GPUBindGroup {
    const values = [step.output, ...step.inputs];
    const storage = buffers.map((buffer, i) => ({ buffer, size: Math.max(4, 4 * this.sizes[values[i]]) }));
    const uniforms = { buffer: this.uniforms, offset: this.offsets.get(step)!, size: step.uniforms.byteLength };
    return this.gpu.device.createBindGroup({
      layout: step.pipeline.getBindGroupLayout(0),
      entries: [...storage, uniforms].map((resource, binding) => ({ binding, resource })),
    });
  }

  dispose(): void {
    this.uniforms.destroy();
  }
}

/** Adds the steps of a stage to the commands, in one pass. */
export function encode(
  encoder: GPUCommandEncoder,
  { steps }: Stage,
  groups: Groups,
  bound: Bound,
  bufferOf: (value: Value) => GPUBuffer,
): void {
  if (steps.length === 0) return;
  const pass = encoder.beginComputePass();
  let pipeline: GPUComputePipeline | undefined;
  for (const step of steps) {
    const buffers = [bufferOf(step.output), ...step.inputs.map(bufferOf)];
    let tie = bound.get(step);
    if (!tie || tie.buffers.some((buffer, i) => buffer !== buffers[i])) {
      tie = { buffers, group: groups.tie(step, buffers) };
      bound.set(step, tie);
    }
    if (step.pipeline !== pipeline) pass.setPipeline(step.pipeline);
    pipeline = step.pipeline;
    pass.setBindGroup(0, tie.group);
    pass.dispatchWorkgroups(...step.workgroups);
  }
  pass.end();
}
