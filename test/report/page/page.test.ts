/** The page as a document: what is in it, and that nothing gets out of its place. Its behaviour: test/browser. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Figure } from '../../../src/report/figure.ts';
import { captions } from '../../../src/report/page/figure-places.ts';
import { prose } from '../../../src/report/page/markup.ts';
import { renderPage, type PageInput } from '../../../src/report/page/page.ts';
import { inputOf, rangeOf } from '../hand-made.ts';
import { syntheticInput, syntheticSummary } from '../synthetic.ts';

const run = (changes: Partial<PageInput> = {}): PageInput => ({
  name: 'mlp on teacher',
  input: { ...syntheticInput({ directions: 40 }), title: 'a run' },
  summary: syntheticSummary({ directions: 40 }),
  traces: null,
  ...changes,
});
const page = renderPage([run()]);

test('reaches for nothing outside', () => {
  // Names of name spaces within the library's code are not fetched.
  const outside = page.match(/(?:src|href)="(?!data:|#)[^"]*"|@import|url\(/g) ?? [];
  expect(outside).toEqual([]);
});

test('has the words, every warning with its code, and every figure', () => {
  const { warnings, verdicts } = syntheticSummary({ directions: 40 });
  expect(warnings.length).toBeGreaterThan(0);
  const flowing = page.replaceAll(/<span class="number">(.*?)<\/span>/g, '$1');
  for (const { code, text } of warnings) {
    expect(flowing).toContain(text.replaceAll('<', '&lt;'));
    expect(page).toContain(`<code>${code}</code>`);
  }
  for (const verdict of verdicts) expect(flowing).toContain(`<li>${verdict}</li>`);
  expect(page.match(/data-figure="/g)).toHaveLength(15);
  expect(page).toContain('<h1>a run</h1>');
});

test('a run without a title is called by its name', () => {
  expect(renderPage([run({ input: { ...run().input, title: null } })])).toContain('<h1>mlp on teacher</h1>');
});

test('a figure has what its subtitle says of it alone, and the first screen what the run is known by', () => {
  expect(page).toContain('<p class="detail">1/M = 0.01</p>');
  expect(page).toContain('<p class="key">η = 0.05, β = 0.9, S = 500, M = 100; reshuffled every epoch</p>');
  const details = inputOf([]);
  expect(renderPage([run({ input: details, summary: { ...syntheticSummary(), ranges: [] } })])).toContain(
    '<p class="detail">0 directions</p>',
  );
});

test('symbols in tables are set, numbers have true minus signs and powers of ten', () => {
  expect(page).toContain('C<sub>mult</sub>/C');
  expect(page).toContain('(λ−μ)<sup>γ</sup>');
  expect(page).toContain('1.234×10⁻⁴');
  const words = page.replaceAll(/<(script|style)[^]*?<\/\1>/g, '');
  expect(words.match(/\d\.?\d*e[+-]\d/g)).toBeNull();
});

test('what ranges say against the headline stands before the tables', () => {
  const at = (low: number, ratioSampler: number) =>
    rangeOf({ low, high: 10 * low, directions: 9, ratioSampler, pooledError: 0.01 });
  const summary = { ...syntheticSummary(), ranges: [at(0.01, 1.5), at(0.1, 1)] };
  const text = renderPage([run({ summary })]).replaceAll(/<span class="number">(.*?)<\/span>/g, '$1');
  expect(text).toContain('<li>λ/λ× 0.01 … 0.1: the weight variance is 1.500 ± 0.015 times the prediction.</li>');
  expect(text.indexOf('class="dissent"')).toBeLessThan(text.indexOf('<table'));
  const agreeing = { ...summary, ranges: [at(0.01, 1.01), at(0.1, 1)] };
  expect(renderPage([run({ summary: agreeing })])).not.toContain('class="dissent"');
});

test('what a user wrote is text, wherever it stands', () => {
  const evil = '</script><img src=x onerror=alert(1)>"&';
  const text = renderPage([
    run({ input: { ...run().input, title: evil } }),
    run({ name: 'b', input: { ...run().input, title: evil } }),
  ]);
  expect(text).not.toContain('<img');
  expect(text.match(/<\/script>/g)).toHaveLength(text.match(/<script/g)!.length);
});

test('is the same for the same run', () => {
  expect(renderPage([run()])).toBe(page);
});

test('a run in which nothing was compared has a page too', () => {
  const nothing = run({ input: inputOf([]), summary: { ...syntheticSummary(), ranges: [] } });
  expect(renderPage([nothing])).toContain('No directions were compared.');
});

describe('several runs', () => {
  const other = run({
    input: { ...syntheticInput({ sampler: 'with-replacement', directions: 40 }), title: 'another' },
    summary: syntheticSummary({ sampler: 'with-replacement', directions: 40 }),
  });
  const both = renderPage([run(), other]);

  test('stand beside one another in every figure', () => {
    expect(both.match(/<div class="plot" data-run="0">/g)).toHaveLength(15);
    expect(both.match(/<div class="plot" data-run="1">/g)).toHaveLength(15);
    expect(both).toContain('<h1>2 runs side by side</h1>');
  });

  const after = (page: string, caption: string) =>
    page.slice(page.indexOf(caption), page.indexOf('</table>', page.indexOf(caption)));

  test('are compared in one table, range by range', () => {
    const table = after(both, '<span>Measured over predicted weight variance, run by run');
    expect(table).toContain('<th scope="col">λ/λ×</th><th scope="col">a run</th><th scope="col">another</th>');
    const { ranges } = syntheticSummary({ directions: 40 });
    // What drifts is counted, not compared.
    for (const { ratioTwoComponent, ratioSampler, directions, low } of ranges)
      if (directions > 0 && ratioSampler !== null)
        expect(table).toContain(
          low === 0 ? `>– (${directions})` : `>${(ratioTwoComponent ?? ratioSampler).toFixed(3)}`,
        );
  });

  test('what drifts is marked as in the table of one run, and the mark explained', () => {
    const drifting = rangeOf({ low: 0, high: 0.01, directions: 9, ratioSampler: 1.4, pooledError: 0.01 });
    const held = rangeOf({ low: 0.1, high: 1, directions: 9, ratioSampler: 1, pooledError: 0.01 });
    const one = run({ summary: { ...syntheticSummary(), ranges: [drifting, held] } });
    const text = renderPage([one, { ...one, label: 'again' }]);
    const table = after(text, '<span>Measured over predicted weight variance, run by run');
    expect(table).toContain('<th scope="row">up to 0.01 <abbr title="see below">†</abbr></th>');
    expect(table.match(/†/g)).toHaveLength(1);
    expect(text.slice(text.indexOf(table) + table.length)).toMatch(
      /^.*\n.*<p class="note">.*\n<p class="note">† Drift dominates/,
    );
  });

  test('what they have apart stands in a table, what they share beside it', () => {
    const table = after(both, '<span>Settings and warnings');
    expect(table).toContain('<th scope="row">sampling</th><td>reshuffled every epoch</td><td>independent batches</td>');
    expect(table).not.toContain('momentum');
    expect(both).toMatch(/<p class="note">The same in all: learning rate η 0\.05, momentum β 0\.9,/);
  });

  test('are told by their labels; what all are called stands once', () => {
    const text = renderPage([
      { ...run(), label: 'η = 0.05' },
      { ...run(), label: 'η = 0.02' },
    ]);
    const words = text.replaceAll(/<script[^]*?<\/script>/g, '');
    expect(words.match(/a run/g)).toHaveLength(1);
    expect(text).toContain('<p class="shared-title">a run</p>');
    expect(text.match(/<p class="run-title">η = 0.05<\/p>/g)).toHaveLength(15);
  });

  test('what a figure’s subtitle says of one run stands beside that run', () => {
    const smaller = { ...run(), label: 'smaller', input: { ...syntheticInput({ directions: 30 }), title: 'smaller' } };
    const text = renderPage([run(), smaller]);
    expect(text).toMatch(/<p class="run-title">a run <span class="detail">· \d+ directions<\/span>/);
    expect(text).toMatch(/<p class="run-title">smaller <span class="detail">· \d+ directions<\/span>/);
    expect(text.match(/1\/M = 0.01/g)!.length).toBeGreaterThan(0);
    expect(text).toContain('<p class="detail">1/M = 0.01</p>');
  });

  test('notes on their tables stand once', () => {
    const twice = renderPage([run(), { ...run(), label: 'again' }]);
    expect(twice.match(/Inside: /g)).toHaveLength(1);
    expect(twice.match(/aria-label="again: Measured over predicted weight variance, by range/g)).toHaveLength(1);
  });
});

describe('captions side by side', () => {
  const captioned = (footnote: string): Figure => ({
    title: '',
    subtitle: '',
    x: { label: '', scale: 'log' },
    y: { label: '', scale: 'log' },
    series: [],
    verticals: [],
    horizontals: [],
    footnote,
  });

  test('what all say is said once, the rest run by run', () => {
    const figures = ['Bars: 95 %. Not shown: 1 direction.', 'Bars: 95 %. Not shown: 2 directions.'].map(captioned);
    expect(captions([figures[0], null, figures[1]], ['a', 'b', 'c'])).toEqual([
      { label: '', text: 'Bars: 95 %.' },
      { label: 'a', text: 'Not shown: 1 direction.' },
      { label: 'c', text: 'Not shown: 2 directions.' },
    ]);
  });

  test('of one figure all is said of it', () => {
    expect(captions([captioned('Bars. More.')], ['a'])).toEqual([{ label: '', text: 'Bars. More.' }]);
    expect(captions([captioned('')], ['a'])).toEqual([]);
  });
});

test('words are explained, with the numbers of the run', () => {
  // As the synthetic run has them: 3 · 0.1 / (0.05 · 100).
  expect(page).toContain('λ× = 3(1−β)/(ηM)');
  expect(page).toContain('Here 3 · (1 − 0.9) / (0.05 · 100) = 0.06.');
  const summary = syntheticSummary({ sampler: 'with-replacement', directions: 40 });
  expect(renderPage([run({ summary })])).toContain('<dt>/ own, ');
  expect(page).not.toContain('<dt>/ own, ');
});

describe('no line ends within a number', () => {
  test.each([
    ['it is 0.989 ± 0.014 times', 'it is <span class="number">0.989 ± 0.014</span> times'],
    [
      '95 % interval 1.8e-5 … 2e-5',
      '<span class="number">95 %</span> interval <span class="number">1.8e-5 … 2e-5</span>',
    ],
    ['−3.1×10⁻⁵ ± 10 %', '<span class="number">−3.1×10⁻⁵ ± 10 %</span>'],
    ['up to 0.01', 'up to 0.01'],
    ['a 20-40-1 network <b>', 'a 20-40-1 network &lt;b&gt;'],
  ])('%s', (text, markup) => expect(prose(text)).toBe(markup));
});

describe('colours', () => {
  // Relative luminance and contrast as in WCAG 2.2.
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5]
      .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one: string, other: string) => {
    const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const style = readFileSync(new URL('../../../src/report/page/page.css', import.meta.url), 'utf8');
  const blocks = style.match(/:root[^{]*\{[^}]*\}/g)!;

  test('there is a light set and a dark one, and the system’s dark is the chosen one', () => {
    expect(blocks).toHaveLength(3);
    const values = (block: string) => block.match(/--[\w-]+: [^;]+;/g);
    expect(values(blocks[2])).toEqual(values(blocks[1]));
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10);
  });

  test.each([0, 1])('letters stand out from all they are set on: set %i', (i) => {
    const colours = new Map(
      Array.from(blocks[i].matchAll(/--([\w-]+): (#[0-9a-f]{6});/g), ([, name, hex]) => [name, hex]),
    );
    for (const ink of ['text', 'quiet', 'link'])
      for (const ground of ['background', 'soft', 'warning-soft'])
        expect(contrast(colours.get(ink)!, colours.get(ground)!), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours.get('warning')!, colours.get('warning-soft')!)).toBeGreaterThanOrEqual(4.5);
  });
});
