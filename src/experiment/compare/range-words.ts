/** Ranges of λ/λ_cross in words. */

/** Below this part of λ_cross theory is not put to the test. */
export const TESTED_FROM = 0.01;

/** `Between λ×/10 and λ×`, `Above 10 λ×`. @param low in units of λ_cross @param high null where there is no upper end */
export function between(low: number, high: number | null): string {
  const edge = (value: number) => (value < 1 ? `λ×/${Math.round(1 / value)}` : value === 1 ? 'λ×' : `${value} λ×`);
  return high === null ? `Above ${edge(low)}` : `Between ${edge(low)} and ${edge(high)}`;
}
