/** `--profile`: where the time of a command went. */
import type { Voice } from '../experiment/context.ts';

/** What `--help` says of the option. */
export const PROFILE_HELP = 'at the end, say on standard error where the time went';

/** A profile that is being made, for the terminal. */
export interface ProfileReport {
  /** A voice that also tells the profile what begins. */
  listen(voice: Voice): Voice;
  /** Writes the table. */
  print(): void;
}

/** Starts the profile of this process. */
export async function profileTo(stream: NodeJS.WritableStream): Promise<ProfileReport> {
  const { OPENING, startProfile } = await import('../experiment/profile.ts');
  const { profileText } = await import('../experiment/profile-text.ts');
  const profile = startProfile(OPENING);
  return {
    listen: (voice) => profile.listen(voice),
    print: () => void stream.write(`\n${profileText(profile)}`),
  };
}
