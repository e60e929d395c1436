/** The process in which a sweep is estimated: data, graphs and back end are gone when it ends. */
import { UserError } from '../../errors.ts';
import type { EstimateAnswer } from './estimate-in-child.ts';
import { type EstimateQuestion, estimatePoints } from './estimate.ts';

process.once('message', (question) => {
  const answer = (what: EstimateAnswer) => process.send!(what);
  estimatePoints(question as EstimateQuestion).then(
    (estimates) => answer({ estimates }),
    (error: Error) => answer({ reason: error.message, exitCode: error instanceof UserError ? error.exitCode : 1 }),
  );
});
// Nobody is there to be told.
process.once('disconnect', () => process.exit());
