/** The process in which one back end is tried: told what to try, it tells what it found. */
import { type Trial, tryBackend } from './try.ts';

process.once('message', (trial) => {
  void tryBackend(trial as Trial).then((finding) => process.send!(finding));
});
// Nobody is there to be told.
process.once('disconnect', () => process.exit());
