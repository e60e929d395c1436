/** All pictures of a run. */
import type { Figure } from './figure.ts';
import { controlsFigure } from './figures/controls.ts';
import { correlationTimeFigure } from './figures/correlation-time.ts';
import { curvatureRatiosFigure } from './figures/curvature-ratios.ts';
import { curvaturesFigure } from './figures/curvatures.ts';
import { estimatorsFigure } from './figures/estimators.ts';
import { noiseAutocovarianceFigure } from './figures/noise-autocovariance.ts';
import { noiseVarianceFigure } from './figures/noise-variance.ts';
import { pathsFigure } from './figures/paths.ts';
import { positionsFigure } from './figures/positions.ts';
import { principalComponentsFigure } from './figures/principal-components.ts';
import { ratioFigure } from './figures/ratio.ts';
import { replayFigure } from './figures/replay.ts';
import { spectrumFigure } from './figures/spectrum.ts';
import { trainingCurveFigure } from './figures/training-curve.ts';
import { velocityVarianceFigure } from './figures/velocity-variance.ts';
import { weightVarianceFigure } from './figures/weight-variance.ts';
import type { ReportInput } from './input.ts';

/** A figure and the name of its file, without folder and ending. */
export interface NamedFigure {
  readonly name: string;
  readonly figure: Figure;
}

/** Every picture of a run, the headline first. A picture without data says so in its middle; only that of controls is left out where there are none. */
export function allFigures(input: ReportInput): NamedFigure[] {
  return [
    { name: 'weight-variance', figure: weightVarianceFigure(input) },
    { name: 'ratio', figure: ratioFigure(input) },
    { name: 'velocity-variance', figure: velocityVarianceFigure(input) },
    { name: 'correlation-time', figure: correlationTimeFigure(input) },
    { name: 'noise-autocovariance', figure: noiseAutocovarianceFigure(input) },
    { name: 'noise-variance', figure: noiseVarianceFigure(input) },
    { name: 'estimators', figure: estimatorsFigure(input) },
    { name: 'curvatures', figure: curvaturesFigure(input) },
    { name: 'curvature-ratios', figure: curvatureRatiosFigure(input) },
    { name: 'positions', figure: positionsFigure(input) },
    { name: 'replay', figure: replayFigure(input) },
    { name: 'paths', figure: pathsFigure(input) },
    { name: 'spectrum', figure: spectrumFigure(input) },
    { name: 'principal-components', figure: principalComponentsFigure(input) },
    ...(input.controls ? [{ name: 'controls', figure: controlsFigure(input) }] : []),
    { name: 'training-curve', figure: trainingCurveFigure(input) },
  ];
}
