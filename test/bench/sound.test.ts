import { describe, expect, test } from 'vitest';
import { withoutWrong } from '../../bench/sound.mjs';

const right = (name: string) => ({ name, agrees: true });
const wrong = (name: string) => ({ name, agrees: false });
const slack = (name: string) => ({ name, agrees: true, atTolerance: false });

describe('withoutWrong', () => {
  test('leaves results alone where all agree, or nobody is compared', () => {
    const results = [{ title: 'a', contestants: [right('ours'), right('peer')] }, { title: 'b' }];
    expect(withoutWrong(results)).toEqual({ sound: results, faults: [], failures: [] });
  });

  test('takes out a peer with other numbers, and one that has not converged', () => {
    const contestants = [right('ours'), wrong('one'), right('two'), slack('three')];
    expect(withoutWrong([{ title: 'a', contestants }])).toEqual({
      sound: [{ title: 'a', contestants: [right('ours'), right('two')] }],
      faults: ['a: one has not the same numbers as the first', 'a: three has not converged'],
      failures: [],
    });
  });

  test('keeps what was measured where this program failed at something else, and tells at what', () => {
    const failed = { title: 'b', failure: 'it is too large' };
    const results = [{ title: 'a', contestants: [right('ours'), right('peer')] }, failed];
    expect(withoutWrong(results)).toEqual({ sound: results, faults: [], failures: ['b: it is too large'] });
    expect(withoutWrong([failed])).toMatchObject({ sound: null, failures: ['b: it is too large'] });
  });

  test.each([
    ['this program has not converged', [slack('ours'), right('peer')]],
    ['no peer agrees', [right('ours'), wrong('one'), wrong('two')]],
  ])('believes nothing of a case where %s', (_, contestants) => {
    const results = [
      { title: 'a', contestants },
      { title: 'b', contestants: [right('ours'), right('peer')] },
    ];
    expect(withoutWrong(results)).toMatchObject({ sound: null });
  });
});
