/** The process in which a sweep is estimated: data, graphs and back end are gone when it ends. */
import { UserError } from '../../errors.ts';
import type { EstimateAnswer, EstimateQuestion } from './estimate-in-child.ts';
import { estimatePoints } from './estimate.ts';

process.once('message', (question) => {
  const { points, until, threads, memoryBytes } = question as EstimateQuestion;
  const answer = (what: EstimateAnswer) => process.send!(what);
  estimatePoints(points, until, threads, memoryBytes).then(
    (estimates) => answer({ estimates }),
    (error: Error) => answer({ reason: error.message, exitCode: error instanceof UserError ? error.exitCode : 1 }),
  );
});
// Nobody is there to be told.
process.once('disconnect', () => process.exit());
