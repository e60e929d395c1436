/** What the legend of figures side by side names. */
import { describe, expect, test } from 'vitest';
import type { Series } from '../../../src/report/figure.ts';
import { fileName } from '../../../src/report/page/client/file-name.ts';
import { legendLines } from '../../../src/report/page/client/legend-lines.ts';

const series = (label: string, role: Series['role'] = 'fit', more: Partial<Series> = {}): Series => ({
  label,
  kind: 'line',
  role,
  emphasis: 'normal',
  x: [],
  y: [],
  ...more,
});
const texts = (...runs: [string, ...Series[]][]) =>
  legendLines(runs.map(([label, ...all]) => ({ label, figure: { series: all } }))).map(({ text }) => text);

describe('legend of figures side by side', () => {
  test('what all have is named once, the topmost first', () => {
    const both = [series('C_x', 'measured'), series('law', 'reference')] as const;
    expect(texts(['a', ...both], ['b', ...both])).toEqual(['law', 'Cx']);
  });

  test('what looks alike and says another thing of either run names the run', () => {
    expect(texts(['a', series('slope 1.004')], ['b', series('slope 1.006')])).toEqual([
      'slope 1.004 – a',
      'slope 1.006 – b',
    ]);
  });

  test('what only one run has, and nothing is taken for, does not', () => {
    expect(texts(['a', series('slope'), series('drifting', 'left-out')], ['b', series('slope')])).toEqual([
      'drifting',
      'slope',
    ]);
  });

  test('a series in two parts is one entry', () => {
    expect(texts(['', series('measured', 'measured'), series('measured', 'measured')])).toEqual(['measured']);
  });
});

test.each([
  ['teacher–student regression, tanh network 20-40-1', 'teacher-student-regression-tanh-network-20-40-1-ratio.png'],
  ['η = 0.05', 'η-0.05-ratio.png'],
  ['../../etc', 'etc-ratio.png'],
  ['!', 'ratio.png'],
  ['a'.repeat(200), `${'a'.repeat(60)}-ratio.png`],
])('file of the run %j', (run, name) => expect(fileName(run, 'ratio', 'png')).toBe(name));
