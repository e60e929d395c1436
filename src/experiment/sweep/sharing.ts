/**
 * Who computes what for whom. Points whose first stages depend on the same settings have the same results there: the first
 * of them computes these, and the others take them over. What comes of it is a list of tasks, some of which wait for others.
 */
import { canonicalJson } from '../../store/json.ts';
import { type StageName, stageAt, STAGES } from '../stages.ts';
import type { Experiment } from '../schema.ts';

/** One piece of a sweep's work: a point, up to a stage. */
export interface Task {
  /** Index of the point. */
  readonly point: number;
  /** The last stage of it. */
  readonly until: StageName;
  /** Whose first stages the point takes over, and how many. */
  readonly donor: Donor | null;
  /** Tasks of the same level depend on those of lower levels only. */
  readonly level: number;
  /** Index of the task that this one waits for: the point's own one before, or the donor's. */
  readonly after: number | null;
}

/** A point whose first stages are another's too. */
export interface Donor {
  readonly point: number;
  /** Stages that both have in common, from the first on. */
  readonly stages: number;
}

/** Runs within runs are gone on with by their own run only. */
const SHAREABLE = stageAt('controls');

/**
 * The tasks of a sweep, each after those that it waits for; the last task of every point is its only one that runs it to the end.
 *
 * @param fingerprints of the user's own files that each configuration names
 */
export function shareOut(
  experiments: readonly Experiment[],
  until: StageName,
  fingerprints: readonly string[],
): readonly Task[] {
  const last = stageAt(until) + 1;
  const donors = donorsOf(experiments, Math.min(last, SHAREABLE), fingerprints);
  const given = donors.filter((donor) => donor !== null);
  const whole = Array.from(experiments, (_, point) => ({ point, stages: last }));
  const pieces = new Map([...given, ...whole].map((piece) => [`${piece.point} ${piece.stages}`, piece]));
  // Who gives stages away has taken over fewer from others: sorted by stages, all that a task waits for comes before it.
  const steps = [...pieces.values()].sort((a, b) => a.stages - b.stages || a.point - b.point);
  const levels = [...new Set(steps.map(({ stages }) => stages))];
  return steps.map(({ point, stages }, index) => {
    const donor = donors[point];
    const own = steps.slice(0, index).findLastIndex((other) => other.point === point);
    const source = steps.findIndex((other) => other.point === donor?.point && other.stages === donor.stages);
    const before = own >= 0 ? own : source;
    const after = before < 0 ? null : before;
    return { point, until: STAGES[stages - 1].name, donor, level: levels.indexOf(stages), after };
  });
}

/** Of every point the first one that has the most stages in common with it; null where it has none with an earlier one. */
function donorsOf(
  experiments: readonly Experiment[],
  most: number,
  fingerprints: readonly string[],
): readonly (Donor | null)[] {
  const first = new Map<string, number>();
  return experiments.map((experiment, point) => {
    let donor: Donor | null = null;
    let key = `${experiment.backend} ${fingerprints[point]}`;
    for (let stages = 1; stages <= most; stages++) {
      const stage = STAGES[stages - 1];
      key += ` ${canonicalJson(stage.settings(experiment))}`;
      // What is kept, and how, is no setting.
      if (stage.name === 'record') key += ` ${experiment.record.store}`;
      const before = first.get(key);
      if (before === undefined) first.set(key, point);
      else donor = { point: before, stages };
    }
    return donor;
  });
}
