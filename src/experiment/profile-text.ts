/** A profile as a table for a terminal. */
import type { Profile, WorkProfile } from './profile.ts';

/** What takes less than this share of the whole is not shown, unless it is a stage or was counted. */
const NEGLIGIBLE = 0.002;
const REST = 'the rest';

interface Row {
  readonly depth: number;
  readonly title: string;
  readonly seconds: number;
  readonly note: string;
}

/** Stages, the work in them, and the parts that were counted, each with its seconds and its share of everything. */
export function profileText(profile: Profile): string {
  profile.settle();
  const total = profile.sections.reduce((sum, { seconds }) => sum + seconds, 0);
  const matters = ({ seconds }: { readonly seconds: number }) => seconds >= NEGLIGIBLE * total;
  const shown = (work: WorkProfile) => work.parts.length > 0 || matters(work);
  const rows: Row[] = [];
  for (const { name, seconds, peakMemoryBytes, works } of profile.sections) {
    const memory = peakMemoryBytes === null ? '' : `peak memory ${(peakMemoryBytes / 1e6).toFixed(0)} MB`;
    rows.push({ depth: 0, title: name, seconds, note: memory });
    for (const work of works.length > 1 || works.some(({ parts }) => parts.length > 0) ? works.filter(shown) : []) {
      rows.push({ depth: 1, title: work.title, seconds: work.seconds, note: '' });
      for (const { title, count, seconds: spent } of work.parts)
        rows.push({ depth: 2, title, seconds: spent, note: `${count} × ${duration(spent / count)}` });
      const rest = work.seconds - work.parts.reduce((sum, part) => sum + part.seconds, 0);
      if (work.parts.length > 0 && matters({ seconds: rest }))
        rows.push({ depth: 2, title: REST, seconds: rest, note: '' });
    }
  }
  rows.push({ depth: 0, title: 'everything', seconds: total, note: '' });
  const indented = rows.map((row) => ({ ...row, title: '  '.repeat(row.depth) + row.title }));
  const width = Math.max(...indented.map(({ title }) => title.length));
  const lines = indented.map(({ title, seconds, note }) =>
    `${title.padEnd(width)}  ${seconds.toFixed(2).padStart(9)}  ${share(seconds, total)}  ${note}`.trimEnd(),
  );
  return [`${'where the time went'.padEnd(width)}    seconds  share`, ...lines].join('\n') + '\n';
}

const share = (seconds: number, total: number): string => `${((100 * seconds) / total).toFixed(1).padStart(5)} %`;

/** `0.45 s`, `7.3 ms`, `28 µs`. */
function duration(seconds: number): string {
  if (seconds >= 0.1) return `${seconds.toPrecision(2)} s`;
  return seconds >= 1e-4 ? `${(1e3 * seconds).toPrecision(2)} ms` : `${(1e6 * seconds).toPrecision(2)} µs`;
}
