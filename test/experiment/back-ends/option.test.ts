import { describe, expect, it } from 'vitest';
import { withBackend } from '../../../src/experiment/back-ends/option.ts';
import { resolveExperiment } from '../../../src/experiment/index.ts';

describe('--backend', () => {
  it('is an assignment', () => {
    expect(withBackend(['seed=2'], 'webgpu')).toEqual(['seed=2', 'backend=webgpu']);
    expect(withBackend(['backend=cpu'], 'cpu')).toEqual(['backend=cpu']);
    expect(withBackend(['backend=cpu'], undefined)).toEqual(['backend=cpu']);
    expect(withBackend(['seed=2'], 'auto')).toEqual(['seed=2']);
  });

  it.each(['tensorflow', 'auto'] as const)('%s does not go with another', (wanted) => {
    expect(() => withBackend(['backend=cpu'], wanted)).toThrow(
      `--backend is ${wanted}, but --set backend=cpu asks for another: leave one of them out`,
    );
  });

  it('auto is no setting', () => {
    expect(() => resolveExperiment({ backend: 'auto' })).toThrow(
      'backend is "auto"; expected tensorflow, webgpu or cpu, since a configuration is to say what was computed: --backend auto on the command line chooses one, which is then written down',
    );
  });
});
