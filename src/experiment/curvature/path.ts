/** Weights and full gradient along the directions at snapshots of the path: what the trajectory's curvature is made of. */
import { blockSlopes } from '../../statistics/block-slopes.ts';
import { AT_THE_END } from '../../store/checkpoint.ts';
import type { SafetensorsFile } from '../../store/safetensors.ts';
import { requireTensor } from '../../store/safetensors.ts';
import type { Reals } from '../../tensor/types.ts';
import type { Context } from '../context.ts';
import type { Spectrum } from '../run-files.ts';
import { statesAt, type WindowState } from '../snapshots.ts';
import { openWindow } from '../window/open.ts';
import type { Workbench } from '../workbench.ts';
import { blocksOf, snapshotUpdates } from './choices.ts';
import type { Departures } from './departures.ts';
import { quadraticityStates } from './quadraticity.ts';
import { secondWindow, type Resumption } from './second-window.ts';

/** What the path shows at its snapshots. */
export interface PathGradients {
  /** Updates, counted from the first of the window [s]; those of a second window lie behind it. */
  readonly updates: Int32Array;
  /** e·(θ−θ̄) [s, k]. */
  readonly theta: Float64Array;
  /** e·∇L(θ) [s, k]; from a subset of samples what it says of the departure from the quadratic model, on top of that. */
  readonly gradient: Float64Array;
  /** Slopes of each group's departure alone against the weights [groups, k]. */
  readonly groupSlopes: Float64Array;
  /** States of the window at which the Hessian is wanted. */
  readonly forHessian: readonly WindowState[];
}

/** One pass over the window, or one and a second window. */
export async function gradientsAlongPath(
  context: Context,
  bench: Workbench,
  spectrum: Pick<Spectrum, 'eigenvalues' | 'gradient'>,
  departures: Departures,
): Promise<PathGradients> {
  const { experiment, voice } = context;
  const { batchesPerEpoch, problem } = bench;
  const { epochs } = experiment.record;
  const k = spectrum.eigenvalues.length;
  const updates = epochs * batchesPerEpoch;
  const isSecond = experiment.curvature.window === 'second';
  const wanted = snapshotUpdates(experiment, bench);
  const rowOf = new Map(wanted.map((update, row) => [update, row]));
  const forHessian = new Set(quadraticityStates(epochs, batchesPerEpoch));

  const theta = new Float64Array(wanted.length * k);
  const departure = new Float64Array(departures.groups * wanted.length * k);
  const checkpoint = context.checkpoint('path');
  const saved = checkpoint.load();
  let done = saved ? restore(saved, theta, departure) : 0;

  const report = voice.begin(isSecond ? 'gradients along a second window' : 'gradients along the path');
  async function take(state: Reals): Promise<void> {
    const along = await departures.between(state);
    theta.set(along.distance, done * k);
    for (let group = 0; group < departures.groups; group++)
      departure.set(along.departure.subarray(group * k, (group + 1) * k), (group * wanted.length + done) * k);
    done++;
    await report(done, wanted.length);
  }
  const save = (resumption?: Resumption) =>
    checkpoint.save(
      {
        theta: { shape: [theta.length], data: theta },
        departure: { shape: [departure.length], data: departure },
        ...(resumption && {
          weights: { shape: [problem.size], data: resumption.state.theta },
          velocity: { shape: [problem.size], data: resumption.state.velocity },
        }),
      },
      { done, epoch: resumption?.epoch ?? 0 },
    );

  const kept: WindowState[] = [];
  let closing: WindowState | undefined;
  const ofWindow = [...forHessian, ...(isSecond ? [updates - 1] : wanted.slice(done))];
  const window = openWindow(context, bench);
  try {
    for await (const state of statesAt(window, ofWindow, () => report(done, wanted.length))) {
      if (forHessian.has(state.update)) kept.push(state);
      if (state.update === updates - 1) closing = state;
      if (isSecond || !((rowOf.get(state.update) ?? -1) >= done)) continue;
      await take(state.theta);
      if (checkpoint.isDue()) save();
    }
  } finally {
    window.dispose();
  }
  if (!isSecond && checkpoint.isDue(AT_THE_END)) save();
  if (isSecond) {
    const from = saved ? resumptionOf(saved) : { epoch: 0, state: closing! };
    for await (const state of secondWindow(experiment, bench, from, new Set(wanted))) {
      if (rowOf.has(state.update)) await take(state.theta);
      const epoch = (state.update + 1) / batchesPerEpoch;
      const share = epoch === epochs ? AT_THE_END : 1;
      if (Number.isInteger(epoch) && checkpoint.isDue(share)) save({ epoch, state });
    }
  }

  const gradient = theta.map((position, at) => spectrum.gradient[at % k] + spectrum.eigenvalues[at % k] * position);
  const groupSlopes = new Float64Array(departures.groups * k);
  for (let group = 0; group < departures.groups; group++) {
    const own = departure.subarray(group * theta.length, (group + 1) * theta.length);
    for (let at = 0; at < own.length; at++) gradient[at] += own[at] / departures.groups;
    groupSlopes.set(blockSlopes(theta, own, k, blocksOf(wanted.length)).value, group * k);
  }
  return {
    updates: Int32Array.from(wanted, (update) => update + (isSecond ? updates : 0)),
    theta,
    gradient,
    groupSlopes,
    forHessian: kept,
  };
}

/** @returns how many snapshots are done */
function restore(saved: SafetensorsFile, theta: Float64Array, departure: Float64Array): number {
  theta.set(requireTensor(saved, 'theta', 'F64').data);
  departure.set(requireTensor(saved, 'departure', 'F64').data);
  return saved.metadata.done as number;
}

function resumptionOf({ tensors, metadata }: SafetensorsFile): Resumption {
  const state = { theta: tensors.weights.data as Reals, velocity: tensors.velocity.data as Reals };
  return { epoch: metadata.epoch as number, state };
}
