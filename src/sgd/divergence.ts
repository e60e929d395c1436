/** Notices a run that diverges while there is still something to say about it. */
import { RunError } from '../errors.ts';

const GROWTH = 3;

/** Watches mean losses; throws when they are no longer numbers or have grown. */
export class DivergenceWatch {
  private readonly phase: string;
  private readonly learningRate: number;
  private readonly opening: number | undefined;

  /**
   * @param phase what is going on, for the message
   * @param opening the loss that later ones are held against; the first epoch's where it is not given
   */
  constructor(phase: string, learningRate: number, opening?: number) {
    this.phase = phase;
    this.learningRate = learningRate;
    this.opening = opening;
  }

  /** @throws RunError when a batch's loss is NaN or infinite */
  update(loss: number, epoch: number, update: number): void {
    if (Number.isFinite(loss)) return;
    throw new RunError(
      `${this.phase} diverged: the loss became ${loss} at update ${update} of epoch ${epoch} at learning rate ${this.learningRate}; lower the learning rate, or enlarge the batch size`,
    );
  }

  /** @throws RunError when an epoch's mean loss has grown threefold */
  epoch(meanLoss: number, epoch: number): void {
    const opening = this.opening ?? meanLoss;
    if (meanLoss <= GROWTH * opening) return;
    throw new RunError(
      `${this.phase} diverges: the mean loss grew from ${opening.toPrecision(4)} to ${meanLoss.toPrecision(4)} by epoch ${epoch} at learning rate ${this.learningRate}; lower the learning rate, or enlarge the batch size`,
    );
  }
}
