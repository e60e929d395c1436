/** One tensor of a file, whichever of the two formats the file is in. */
import { ConfigurationError } from '../errors.ts';
import { readNpy } from './npy.ts';
import { openSafetensors, type Tensor } from './safetensors.ts';

/**
 * Reads the tensor of this name from a .safetensors file, or the array of a .npy file, which has no name. Other tensors of
 * the file stay on the disk.
 *
 * @throws DataError where the file is missing or damaged, or holds no such tensor
 * @throws ConfigurationError for a file of another ending
 */
export function readTensor(path: string, name: string): Tensor {
  if (path.endsWith('.npy')) return readNpy(path);
  if (!path.endsWith('.safetensors')) throw new ConfigurationError(`${path}: expected a .safetensors or a .npy file`);
  const file = openSafetensors(path);
  try {
    return file.read(name);
  } finally {
    file.close();
  }
}
