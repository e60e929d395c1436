/** How far a gradient that is left carries the weights during the window. */

/**
 * Displacement over K updates along one direction that starts at rest with gradient g and curvature λ:
 * −(g/λ)(1 − e^{−κK}) with κ = ηλ/(1−β), good for κ ≪ 1; −ηgK/(1−β) as λ → 0. Stiff directions have arrived: −g/λ.
 *
 * @param gradient g = e·∇L
 * @param updates K
 */
export function expectedDrift(
  gradient: number,
  eigenvalue: number,
  updates: number,
  { learningRate, momentum }: { readonly learningRate: number; readonly momentum: number },
): number {
  const reach = (learningRate * updates) / (1 - momentum);
  // −expm1(−x)/x is 1 at x → 0 without cancellation.
  const decay = eigenvalue * reach;
  const share = decay === 0 ? 1 : -Math.expm1(-decay) / decay;
  return -gradient * reach * share;
}
