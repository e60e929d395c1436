/** What a sweep's file may say: a configuration to begin with, and how its points differ from it. */
import { z } from 'zod';
import { STAGE_NAMES, type StageName } from '../catalogue.ts';

/** Any key of the configuration, dotted (`sgd.learningRate`), and what it is set to. */
const settings = z.record(z.string(), z.json());

/** A sweep as it is written. */
export const sweepSchema = z.strictObject({
  title: z.string().nullable().default(null),
  /** An experiment by name, the path of a YAML file (from this file's folder), or a configuration itself. */
  base: z.union([z.string(), z.record(z.string(), z.json())]),
  /** What all points set. */
  set: settings.default({}),
  /** Values by key: every combination is a point. */
  grid: z.record(z.string(), z.array(z.json()).min(1)).default({}),
  /** Settings that go together, one entry a point; with a grid, every entry with every combination. */
  list: z.array(settings).min(1).default([{}]),
  /** The last stage of every point. */
  until: z.enum(STAGE_NAMES as [StageName, ...StageName[]]).default('report'),
});

/** A checked sweep file. */
export type SweepFile = z.infer<typeof sweepSchema>;

/** Settings by dotted key. */
export type Settings = z.infer<typeof settings>;
