// @ts-check
/** This program's eigenpairs, as a run finds them: `node lanczos.mjs FILE PAIRS TOLERANCE [BACKEND]`. */
import { openHessian } from '../../dist/hessian/hessian.js';
import { basisOn } from '../../dist/hessian/native-basis.js';
import { lanczos } from '../../dist/hessian/lanczos.js';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { backendCalled, savedBytesOfRun } from '../backend.mjs';
import { lenetProblem } from '../lenet.mjs';
import { serve } from './serve.mjs';

const [file, pairs, tolerance, name] = process.argv.slice(2);
const eigenpairs = Number(pairs);
const { tensors } = readSafetensors(file);
const values = (/** @type {string} */ tensor) => /** @type {Float32Array} */ (tensors[tensor].data);
const problem = lenetProblem(await backendCalled(name));
const data = { x: values('x'), y: values('y'), samples: tensors.x.shape[0] };
const theta = values('theta');
const savedBytes = await savedBytesOfRun(problem, eigenpairs);
/** @type {import('../../dist/hessian/lanczos.js').Eigenpairs} */
let found;
await serve(
  problem.backend.version,
  async () => {
    const start = performance.now();
    let grown = start;
    const hessian = openHessian(problem, data, savedBytes);
    const operator = hessian.at(theta);
    found = await lanczos(operator, {
      eigenpairs,
      openBasis: basisOn(problem.backend),
      tolerance: Number(tolerance),
      onProgress: ({ stage }) => {
        if (stage !== 'residuals') grown = performance.now();
      },
    });
    operator.dispose();
    hessian.dispose();
    const { products, iterations, eigenvalues } = found;
    // Peers leave out what comes last: residuals by fresh products.
    const certifyingSeconds = (performance.now() - grown) / 1000;
    return { products, iterations, certifyingSeconds, largest: eigenvalues[0], smallest: eigenvalues[eigenpairs - 1] };
  },
  () => ({
    eigenvalues: { shape: [eigenpairs], data: found.eigenvalues },
    eigenvectors: { shape: [eigenpairs, problem.size], data: found.eigenvectors },
  }),
);
