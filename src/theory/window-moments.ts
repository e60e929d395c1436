/** What a window of K recorded updates is expected to show along one direction. */

/** Moments of a window along one direction, per unit noise variance C. */
export interface WindowMoments {
  /** Weight variance about the window's mean, over K, not K − 1. */
  readonly thetaVariance: number;
  /** Mean square of the velocity, not centred. */
  readonly velocityVariance: number;
  /** χ² degrees of freedom of the measured weight variance: 2 × mean² / variance. */
  readonly thetaDegreesOfFreedom: number;
  /** χ² degrees of freedom of the measured mean square of the velocity. */
  readonly velocityDegreesOfFreedom: number;
}

/** A window about which the theory has nothing to say. */
export const NO_MOMENTS: WindowMoments = {
  thetaVariance: NaN,
  velocityVariance: NaN,
  thetaDegreesOfFreedom: NaN,
  velocityDegreesOfFreedom: NaN,
};
