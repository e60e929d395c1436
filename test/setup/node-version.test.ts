import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeVersionProblem } from '../../scripts/setup/node-version.mjs';

test.each(['20.19.0', '20.20.2', '22.13.0', '22.22.1', process.versions.node])('Node %s will do', (version) => {
  expect(nodeVersionProblem(version)).toBeNull();
});

test.each([
  ['16.20.2', 'lacks'],
  ['18.20.8', 'lacks'],
  ['20.18.3', 'lacks'],
  ['21.7.3', 'lacks'],
  ['22.12.0', 'lacks'],
  ['23.11.0', 'removed'],
  ['24.1.0', 'removed'],
  ['25.0.0-nightly', 'removed'],
])('Node %s is refused with its reason and the way out', (version, reason) => {
  const message = nodeVersionProblem(version);
  expect(message).toContain(`Node ${version} cannot run epochnoise`);
  expect(message).toContain(reason);
  expect(message).toContain('`nvm install 22`');
  expect(message).not.toContain('\n');
});

test('package.json asks for the same versions', () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(engines.node).toBe('^20.19.0 || ^22.13.0');
});
