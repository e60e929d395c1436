/** Indices of a job array as SLURM writes them: `0-3,7,9-11%2`. Depends on nothing. */

/** Ascending indices, each once, as ranges: `0-3,7`. */
export function writeIndices(indices: readonly number[]): string {
  const sorted = [...new Set(indices)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const index of sorted) {
    const last = ranges.at(-1);
    if (last && index === last[1] + 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(',');
}

/** Reads them; steps (`0-8:4`) too. What follows `%` limits how many run at once, and is none of them. */
export function readIndices(text: string): number[] {
  return text
    .replace(/%.*$/, '')
    .split(',')
    .flatMap((range) => {
      const [, low, high = low, step = '1'] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(range) ?? [];
      if (low === undefined) return [];
      const count = Math.floor((Number(high) - Number(low)) / Number(step)) + 1;
      return Array.from({ length: count }, (_, i) => Number(low) + i * Number(step));
    });
}
