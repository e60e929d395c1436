/** What the command line, and later a library's user, sees of experiments. */
export { STAGE_NAMES, STAGE_TITLES } from './catalogue.ts';
export type { Voice } from './context.ts';
export { downloadData, listData, verifyData } from './data-tasks.ts';
export { examine } from './doctor.ts';
export { programVersion } from './environment.ts';
export { exportData } from './export-data.ts';
export { loadImport } from './import/load.ts';
export { experimentNames, loadExperiment, resolveExperiment } from './load.ts';
export { type PipelineResult, runExperiment, runStage } from './pipeline.ts';
export type { ModelModule, ModuleSetting } from '../models/module.ts';
export { examineExperiment } from './model-doctor/described.ts';
export { probeRun, probeText } from './probe-text.ts';
export { reportSideBySide } from './report/side-by-side.ts';
export { describeResult, type Described } from './result.ts';
export type { Experiment } from './schema.ts';
export { type StageName, STAGES } from './stages.ts';
export { drawTheory } from './theory-picture.ts';
export { SAMPLERS, theoryAsText, theoryTable, type TheoryTableOptions } from './theory-text.ts';
