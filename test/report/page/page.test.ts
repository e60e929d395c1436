/** The page as a document: what is in it, and that nothing gets out of its place. Its behaviour: test/browser. */
import { describe, expect, test } from 'vitest';
import { renderPage, type PageInput } from '../../../src/report/page/page.ts';
import { inputOf } from '../hand-made.ts';
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
  const outside = page.match(/(?:src|href)="(?!data:)[^"]*"|@import|url\(/g) ?? [];
  expect(outside).toEqual([]);
});

test('has the words, every warning with its code, and every figure', () => {
  const { warnings, verdicts } = syntheticSummary({ directions: 40 });
  expect(warnings.length).toBeGreaterThan(0);
  for (const { code, text } of warnings) {
    expect(page).toContain(text.replaceAll('<', '&lt;'));
    expect(page).toContain(`<code>${code}</code>`);
  }
  for (const verdict of verdicts) expect(page).toContain(`<li>${verdict}</li>`);
  expect(page.match(/data-figure="/g)).toHaveLength(15);
  expect(page).toContain('<h1>a run</h1>');
});

test('a run without a title is called by its name', () => {
  expect(renderPage([run({ input: { ...run().input, title: null } })])).toContain('<h1>mlp on teacher</h1>');
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

  test('are compared in one table', () => {
    const table = both.slice(both.indexOf('run by run'), both.indexOf('</table>'));
    expect(table).toContain('<th scope="row">a run</th><td>reshuffle</td>');
    expect(table).toContain('<th scope="row">another</th><td>with-replacement</td>');
  });
});
