/** Networks of state_dict.py as they are written here, and their state dicts, as PyTorch wrote them. */
import { fileURLToPath } from 'node:url';
import { mlp } from '../../src/models/mlp.ts';
import type { Model } from '../../src/models/model.ts';
import { readSafetensors } from '../../src/store/safetensors.ts';
import type { StateDict } from '../../src/models/pytorch/convert.ts';

/** Of every image in the stored state dicts: [height, width, channels]. */
export const IMAGE = [4, 6, 2] as const;
export const OUTPUTS = 4;

/** `python state_dict.py KIND …` with PyTorch 2.13.0 on a CPU. */
export const storedFile = (name: string): string =>
  fileURLToPath(new URL(`state-dict/${name}.safetensors`, import.meta.url));

/** The tensors of a stored file. */
export function storedTensors(name: string): StateDict {
  return readSafetensors(storedFile(name)).tensors as unknown as StateDict;
}

/** Its network `mlp`. */
export const sequential: Model = mlp(IMAGE, OUTPUTS, { hidden: [5, 5, 5], activation: 'tanh' });

/** Its network `convnet`, with names of its own. */
export const convnet: Model = {
  name: 'convnet',
  shapes: [
    { name: 'kernel', shape: [3, 3, 2, 3] },
    { name: 'kernel bias', shape: [3] },
    { name: 'hidden', shape: [18, 5], pytorch: { flattened: [2, 3, 3] } },
    { name: 'hidden bias', shape: [5] },
    { name: 'out', shape: [5, 4] },
    { name: 'out bias', shape: [4] },
  ],
  unitsPerSample: 100,
  forward(ops, [k, kb, h, hb, o, ob], x) {
    const image = ops.avgPool(
      ops.relu(ops.add(ops.conv2d(x as never, k as never, 1, 'same'), kb)) as never,
      2,
      2,
      'valid',
    );
    const hidden = ops.tanh(ops.add(ops.matMul(ops.reshape(image, [-1, 18]) as never, h as never), hb));
    return ops.add(ops.matMul(hidden as never, o as never), ob);
  },
};
