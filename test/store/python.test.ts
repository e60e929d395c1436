/** The other side's view: NumPy and the reference implementation of safetensors, where Python has them. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/store/npy.ts';
import { readSafetensors, writeSafetensors } from '../../src/store/safetensors.ts';
import { writeCsv } from '../../src/store/csv.ts';
import { scratchFolder } from './scratch.ts';

const PYTHON = process.env.EPOCHNOISE_PYTHON || 'python3';
const python = (code: string, ...values: string[]) =>
  execFileSync(PYTHON, ['-c', code, ...values], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

function lacks(library: string): boolean {
  try {
    python(`import ${library}`);
    return false;
  } catch {
    return true;
  }
}

const noNumpy = lacks('numpy');
const noSafetensors = noNumpy || lacks('safetensors');

describe.skipIf(noNumpy)(
  `with NumPy${noNumpy ? ` (skipped: ${PYTHON} has no numpy; EPOCHNOISE_PYTHON names another)` : ''}`,
  () => {
    it('readNpy reads what NumPy writes, in every version and type', () => {
      const folder = scratchFolder();
      python(
        [
          'import sys, numpy as np',
          'for version in [(1, 0), (2, 0), (3, 0)]:',
          "  for name in ['f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'b1']:",
          "    with open(f'{sys.argv[1]}/{name}-{version[0]}.npy', 'wb') as file:",
          '      np.lib.format.write_array(file, np.arange(24).reshape(2, 3, 4).astype(name), version=version)',
        ].join('\n'),
        folder,
      );
      for (const version of [1, 2, 3]) {
        for (const name of ['f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'b1']) {
          const { shape, data } = readNpy(join(folder, `${name}-${version}.npy`));
          expect(shape).toEqual([2, 3, 4]);
          expect(Array.from(data as ArrayLike<number>, Number)).toEqual(
            Array.from({ length: 24 }, (_, index) => (name === 'b1' ? Math.min(index, 1) : index)),
          );
        }
      }
    });

    it('a CSV of float64 reads back as itself', () => {
      const path = join(scratchFolder(), 'numbers.csv');
      const value = Float64Array.of(0.1, -1 / 3, 5e-324, 1.7976931348623157e308, 123456789, 2 ** 60, -0, NaN);
      writeCsv(path, { index: value.map((_, index) => index), value });
      // float.hex is exact
      const read = python(
        "import sys, numpy as np\nfor v in np.genfromtxt(sys.argv[1], delimiter=',', names=True)['value']: print(float(v).hex())",
        path,
      );
      expect(read.split('\n')).toEqual([
        '0x1.999999999999ap-4',
        '-0x1.5555555555555p-2',
        '0x0.0000000000001p-1022',
        '0x1.fffffffffffffp+1023',
        '0x1.d6f3454000000p+26',
        '0x1.0000000000000p+60',
        '-0x0.0p+0',
        'nan',
      ]);
    });
  },
);

describe.skipIf(noSafetensors)(
  `with the reference implementation${noSafetensors ? ` (skipped: ${PYTHON} has no safetensors; EPOCHNOISE_PYTHON names another)` : ''}`,
  () => {
    it('writes the bytes that writeSafetensors writes', () => {
      const folder = scratchFolder();
      const [ours, theirs] = [join(folder, 'ours.safetensors'), join(folder, 'theirs.safetensors')];
      writeSafetensors(ours, {
        theta: { shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
        indices: { shape: [3], data: Int32Array.of(7, 8, 9) },
        mean: { shape: [2], data: Float64Array.of(0.1, 0.2) },
      });
      python(
        [
          'import sys',
          'from safetensors.numpy import load_file, save_file',
          'save_file(load_file(sys.argv[1]), sys.argv[2])',
        ].join('\n'),
        ours,
        theirs,
      );
      expect(readSafetensors(theirs).tensors).toEqual(readSafetensors(ours).tensors);
    });
  },
);
