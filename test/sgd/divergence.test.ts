import { describe, expect, it } from 'vitest';
import { RunError } from '../../src/errors.ts';
import { DivergenceWatch } from '../../src/sgd/divergence.ts';

describe('the watch for divergence', () => {
  it.each([NaN, Infinity, -Infinity])('throws at a loss of %d', (loss) => {
    const watch = new DivergenceWatch('window', 0.1);
    expect(() => watch.update(loss, 2, 7)).toThrow(RunError);
    expect(() => watch.update(loss, 2, 7)).toThrow(
      `window diverged: the loss became ${loss} at update 7 of epoch 2 at learning rate 0.1; lower the learning rate, or enlarge the batch size`,
    );
  });

  it('lets any finite batch loss pass: one batch may be hard', () => {
    const watch = new DivergenceWatch('window', 0.1, 1);
    expect(() => watch.update(1e6, 1, 1)).not.toThrow();
  });

  it('throws at an epoch whose mean loss is beyond thrice the opening one', () => {
    const watch = new DivergenceWatch('burn-in', 0.05, 0.5);
    expect(() => watch.epoch(1.5, 3)).not.toThrow();
    expect(() => watch.epoch(1.501, 3)).toThrow(
      'burn-in diverges: the mean loss grew from 0.5000 to 1.501 by epoch 3 at learning rate 0.05; lower the learning rate, or enlarge the batch size',
    );
  });

  it('throws at an epoch whose mean loss is no number', () => {
    expect(() => new DivergenceWatch('train', 0.1, 1).epoch(NaN, 1)).toThrow(RunError);
  });

  it('has nothing to hold the first epoch against where no opening loss is given', () => {
    expect(() => new DivergenceWatch('train', 0.1).epoch(1e9, 1)).not.toThrow();
  });
});
