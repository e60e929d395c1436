// @ts-check
/** Which Node versions can run the program. Plain syntax only: this file must load on any Node that knows modules. */

/**
 * @param {string} version as in `process.versions.node`, e.g. `20.20.2`
 * @returns {string | null} one sentence that says what to install, or null where the version will do
 */
export function nodeVersionProblem(version) {
  const parts = version.split('.').map(Number);
  const major = parts[0];
  const minor = parts[1];
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 13)) return null;
  const why =
    major >= 23
      ? 'its TensorFlow binding uses functions that Node 23 removed'
      : 'its packages use features that this version lacks';
  return (
    'Node ' +
    version +
    ' cannot run epochnoise (' +
    why +
    '): install Node 22 (22.13 or later) or Node 20 (20.19 or later), for example with `nvm install 22`'
  );
}
