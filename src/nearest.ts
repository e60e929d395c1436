/** What somebody may have meant who has mistyped a word. Depends on nothing. */

/** The known word nearest to a given one, if it is near: a third of the letters off, or `slips`, whichever is more. */
export function nearest(given: string, known: readonly string[], slips = 2): string | undefined {
  let best: string | undefined;
  let least = Math.max(slips, Math.floor(given.length / 3)) + 1;
  for (const word of known) {
    const distance = editDistance(given.toLowerCase(), word.toLowerCase());
    if (distance < least) {
      least = distance;
      best = word;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
