/** Curvatures of directions that came from elsewhere, by a product of the Hessian of all samples for each. */
import { Disposables } from '../../disposables.ts';
import { residualOverGap } from '../../hessian/gaps.ts';
import { openHessian } from '../../hessian/hessian.ts';
import { freshResiduals, type FreshResiduals } from '../../hessian/residuals.ts';
import { AT_THE_END } from '../../store/checkpoint.ts';
import { requireTensor } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import { measured } from '../profile.ts';
import type { Workbench } from '../workbench.ts';
import type { Directions } from './directions.ts';

/** eᵀHe at θ, and how far each direction is from an eigendirection there. */
export async function onAllSamples(
  { voice, checkpoint }: Pick<Context, 'voice' | 'checkpoint'>,
  bench: Workbench,
  theta: Float64Array,
  eigenvectors: Float32Array,
): Promise<Pick<Directions, 'eigenvalues' | 'residuals' | 'residualOverGap'>> {
  const report = voice.begin('curvatures on all samples');
  const progress = checkpoint('curvatures');
  const saved = progress.load();
  const known = saved
    ? {
        residuals: requireTensor(saved, 'residuals', 'F64').data,
        rayleighQuotients: requireTensor(saved, 'rayleighQuotients', 'F64').data,
      }
    : undefined;
  const save = ({ residuals, rayleighQuotients }: FreshResiduals) => {
    const shape = [residuals.length];
    progress.save({
      residuals: { shape, data: residuals },
      rayleighQuotients: { shape, data: rayleighQuotients },
    });
  };
  const held = new Disposables();
  try {
    const hessian = held.add(openHessian(bench.problem, bench.dataset.train, bench.savedBytes));
    const operator = measured('Hessian products', held.add(hessian.at(theta)), 'apply');
    const { rayleighQuotients, residuals } = await freshResiduals(operator, eigenvectors, {
      known,
      async afterEach(done, total, soFar) {
        if (progress.isDue(done < total ? 1 : AT_THE_END)) save(soFar);
        await report(done, total);
      },
    });
    return {
      eigenvalues: rayleighQuotients,
      residuals,
      residualOverGap: residualOverGap(rayleighQuotients, residuals),
    };
  } finally {
    held.dispose();
  }
}
