/** Stand-ins for the wheels of the CUDA build, for the pip that is one too. */
import { join } from 'node:path';
import { recordOf, WHEEL_FILES, writeWheel } from './archives.ts';

/** The route exists on this platform only. */
export const HAS_CUDA_BUILD = process.platform === 'linux' && process.arch === 'x64';

export const TENSORFLOW = 'tensorflow==2.15.1';
export const CUBLAS = 'nvidia-cublas-cu12==12.2.5.6';
export const NVCC = 'nvidia-cuda-nvcc-cu12==12.2.140';

/** Lines of the real wheel's METADATA, of 2.15.0's the one with tensorrt. */
export const METADATA = [
  'Metadata-Version: 2.1',
  'Name: tensorflow',
  'Requires-Dist: numpy (<2.0.0,>=1.23.5)',
  'Requires-Dist: tensorflow-intel (==2.15.1) ; platform_system == "Windows"',
  'Provides-Extra: and-cuda',
  "Requires-Dist: nvidia-cublas-cu12 (==12.2.5.6) ; extra == 'and-cuda'",
  "Requires-Dist: nvidia-cuda-nvcc-cu12 (==12.2.140) ; extra == 'and-cuda'",
  "Requires-Dist: tensorrt (==8.6.1.post1) ; extra == 'and-cuda'",
  '',
].join('\n');

export const CUBLAS_FILES: Readonly<Record<string, string>> = {
  'nvidia/__init__.py': '',
  'nvidia/cublas/lib/libcublas.so.12': 'products',
  'nvidia/cublas/lib/__init__.py': '',
  'nvidia/cublas/include/cublas.h': 'not needed',
  'nvidia_cublas_cu12-12.2.5.6.dist-info/License.txt': 'terms',
};

const NVCC_FILES = {
  'nvidia/cuda_nvcc/bin/ptxas': 'assembler',
  'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc': 'device code',
  'nvidia/cuda_nvcc/nvvm/lib64/libnvvm.so': 'not needed',
};

/** Writes them, each under the requirement that pip is asked for. */
export function cudaWheels(folder: string): string {
  const cuda = {
    ...WHEEL_FILES,
    'tensorflow/libtensorflow_cc.so.2': 'for CUDA',
    'tensorflow-2.15.1.dist-info/METADATA': METADATA,
  };
  const wheels = {
    [TENSORFLOW]: cuda,
    [CUBLAS]: CUBLAS_FILES,
    [NVCC]: NVCC_FILES,
    'tensorflow-cpu==2.15.1': WHEEL_FILES,
  };
  for (const [name, files] of Object.entries(wheels)) writeWheel(wheelOf(folder, name), files, recordOf(files));
  return folder;
}

/** Where the wheel of a requirement lies. */
export const wheelOf = (folder: string, requirement: string): string => join(folder, `${requirement}.whl`);
