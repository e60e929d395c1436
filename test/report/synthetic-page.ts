/** A page's run that never happened, with everything that a page can show. */
import type { PageTraces } from '../../src/report/page/contents.ts';
import { base64 } from '../../src/report/page/packing.ts';
import type { PageInput } from '../../src/report/page/page.ts';
import {
  syntheticControls,
  syntheticCurvatures,
  syntheticDetails,
  syntheticInput,
  syntheticSummary,
} from './synthetic.ts';

function traces(directions: number): PageTraces {
  const updates = Array.from({ length: 100 }, (_, i) => 40 * (i + 1));
  const lags = [0, 1, 2, 5, 10, 20, 50, 100, 200, 400];
  const wave = (length: number, period: number) =>
    Int16Array.from({ length: directions * length }, (_, i) =>
      Math.round(32767 * Math.cos((2 * Math.PI * (i % length)) / period)),
    );
  return {
    updates,
    measured: base64(wave(100, 25)),
    replayed: base64(wave(100, 26)),
    scale: Array.from({ length: directions }, (_, i) => 1e-3 / (1 + i)),
    lags,
    autocorrelation: base64(wave(lags.length, 20)),
  };
}

/** A run, drawn from a seed. */
export function syntheticPageRun(
  wish: Parameters<typeof syntheticInput>[0] & { readonly title?: string } = {},
): PageInput {
  const { title = 'a synthetic run', ...rest } = wish;
  const input = syntheticInput(rest);
  return {
    name: 'synthetic',
    input: {
      ...input,
      ...syntheticDetails(input),
      title,
      run: { ...input.run, curvatures: syntheticCurvatures(input.run.ranges) },
      controls: syntheticControls(),
    },
    summary: syntheticSummary(rest),
    traces: traces(input.directions.eigenvalue.length),
  };
}
