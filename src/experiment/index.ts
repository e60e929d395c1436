/** What the command line, and later a library's user, sees of experiments. */
export type { Voice } from './context.ts';
export { downloadData, exportData, listData, verifyData } from './data-tasks.ts';
export { examine } from './doctor.ts';
export { programVersion } from './environment.ts';
export { experimentNames, loadExperiment, resolveExperiment } from './load.ts';
export { type PipelineResult, runExperiment, runStage } from './pipeline.ts';
export { describeResult, type Described } from './result.ts';
export type { Experiment } from './schema.ts';
export { type StageName, STAGES } from './stages.ts';
export { theoryAsText } from './theory-text.ts';
export { SAMPLERS, theoryTable, type TheoryTableOptions } from '../theory/index.ts';
