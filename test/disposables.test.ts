import { expect, it } from 'vitest';
import { Disposables, openTogether } from '../src/disposables.ts';

function named(name: string, log: string[]) {
  return { name, dispose: () => void log.push(name) };
}

it('things are disposed of once, the last one first', () => {
  const log: string[] = [];
  const held = new Disposables();
  expect(held.add(named('a', log)).name).toBe('a');
  held.add(named('b', log));
  held.dispose();
  held.dispose();
  expect(log).toEqual(['b', 'a']);
});

it('what is opened together stays open, or nothing of it', () => {
  const log: string[] = [];
  const held = openTogether((all) => {
    all.add(named('a', log));
    return all;
  });
  expect(log).toEqual([]);
  held.dispose();
  const open = () =>
    openTogether((all) => {
      all.add(named('b', log));
      throw new Error('no more');
    });
  expect(open).toThrow('no more');
  expect(log).toEqual(['a', 'b']);
});
