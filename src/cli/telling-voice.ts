/** A voice that also tells the process that has started this one, if there is one that listens, how far it is. */
import type { TaskProgress } from '../experiment/sweep/local.ts';
import type { ProgressVoice } from './voice.ts';

/** So often at most. */
const TOLD_MS = 200;

/** Tells over the channel to the parent; whose end asks this process to end, as a signal does. */
export function tellingVoice(voice: ProgressVoice): ProgressVoice {
  if (!process.send) return voice;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // It would keep this process alive.
  process.channel!.unref();
  const tell = (progress: TaskProgress) => process.connected && process.send!(progress);
  return {
    ...voice,
    begin(title) {
      const report = voice.begin(title);
      let told = -Infinity;
      tell({ title, done: 0, total: 1 });
      return async (done, total, detail) => {
        const now = performance.now();
        if (now - told > TOLD_MS) {
          told = now;
          tell({ title, done, total });
        }
        await report(done, total, detail);
      };
    },
  };
}
