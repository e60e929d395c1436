/** Progress: sparse lines in a log, a bar on a terminal. Time is the test's own. */
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressVoice } from '../../src/cli/voice.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Standard error that remembers what was written. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  const rest = { isTTY, columns: 120, on: () => {}, removeListener: () => {}, cursorTo: () => {}, clearLine: () => {} };
  return { stream: { ...rest, write } as unknown as NodeJS.WriteStream, written };
}

const plain = (lines: readonly string[]) => lines.map((line) => stripVTControlCharacters(line));

describe('in a log', () => {
  it('says little: a line after two seconds, one every ten from there on, and one at the end', async () => {
    const log = stream(false);
    const voice = progressVoice(log.stream);
    const report = voice.begin('window');
    for (let done = 1; done <= 25; done++) {
      vi.advanceTimersByTime(1000);
      await report(done, 100, done > 20 ? 'loss 0.1' : '');
    }
    voice.end();
    expect(plain(log.written)).toEqual([
      'window: 3 % (3 of 100), 1.0/s, 97 s left\n',
      'window: 14 % (14 of 100), 1.0/s, 86 s left\n',
      'window: 25 % (25 of 100), 1.0/s, 75 s left, loss 0.1\n',
      'window (25 s)\n',
    ]);
  });

  it('measures the pace of the present count, not of the one before', async () => {
    const log = stream(false);
    const report = progressVoice(log.stream).begin('eigendirections');
    for (let done = 1; done <= 100; done++) {
      vi.advanceTimersByTime(10);
      await report(done, 100);
    }
    for (let done = 1; done <= 11; done++) {
      vi.advanceTimersByTime(1000);
      await report(done, 50, 'residuals');
    }
    expect(plain(log.written)).toEqual(['eigendirections: 4 % (2 of 50), 1.0/s, 48 s left, residuals\n']);
  });

  it('leaves the first step out of the pace: it may have compiled what the others reuse', async () => {
    const log = stream(false);
    const report = progressVoice(log.stream).begin('noise variance');
    vi.advanceTimersByTime(11_000);
    await report(1, 600);
    for (let done = 2; done <= 12; done++) {
      vi.advanceTimersByTime(1000);
      await report(done, 600);
    }
    expect(plain(log.written)).toEqual([
      'noise variance: 0 % (1 of 600)\n',
      'noise variance: 2 % (12 of 600), 1.0/s, 10 min left\n',
    ]);
  });

  it.each([
    [60, '49 s'],
    [131, '2 min'],
    [3580, '59 min'],
    [3611, '1 h'],
    [3921, '1 h 5 min'],
    [7821, '2 h 10 min'],
    [86_350, '23 h 59 min'],
    [86_411, '1 d'],
    [277_211, '3 d 5 h'],
  ])('tells what is left of %i s so that it can be planned with: %s', async (total, left) => {
    const log = stream(false);
    const report = progressVoice(log.stream).begin('eigendirections');
    await report(0, total);
    vi.advanceTimersByTime(11_000);
    await report(11, total);
    expect(plain(log.written)).toHaveLength(1);
    expect(plain(log.written)[0]).toContain(`% (11 of ${total}), 1.0/s, ${left} left\n`);
  });

  it('ends a piece of work before it says something else', async () => {
    const log = stream(false);
    const voice = progressVoice(log.stream);
    voice.begin('polish');
    vi.advanceTimersByTime(300);
    voice.say('near the minimum');
    voice.warn('far from the minimum');
    voice.begin('burn-in');
    vi.advanceTimersByTime(150_000);
    voice.begin('window');
    voice.end();
    voice.end();
    expect(plain(log.written)).toEqual([
      'polish (0.3 s)\n',
      'near the minimum\n',
      'warning: far from the minimum\n',
      'burn-in (3 min)\n',
      'window (0.0 s)\n',
    ]);
  });
});

describe('on a terminal', () => {
  it('draws nothing for work of less than two seconds, then a bar with rate and time left', async () => {
    const terminal = stream(true);
    const voice = progressVoice(terminal.stream);
    const report = voice.begin('window');
    vi.advanceTimersByTime(1500);
    await report(15, 100);
    expect(terminal.written).toEqual([]);
    vi.advanceTimersByTime(1500);
    await report(30, 100, 'loss 0.1');
    expect(plain(terminal.written).join('')).toMatch(/window [█░]{24} 30 % {2}\S+\/s {2}\S+ s left {2}loss 0\.1/);
    voice.end();
    expect(plain(terminal.written).at(-1)).toBe('window (3.0 s)\n');
  });

  it('takes the bar away where work breaks off, and says nothing of it', async () => {
    const terminal = stream(true);
    const voice = progressVoice(terminal.stream);
    const report = voice.begin('window');
    vi.advanceTimersByTime(3000);
    await report(30, 100);
    const shown = terminal.written.length;
    voice.stop();
    // The cursor is back, and no line more.
    expect(terminal.written.slice(shown).join('')).toContain('\u001B[?25h');
    expect(plain(terminal.written.slice(shown)).join('').trim()).toBe('');
    voice.stop();
    voice.end();
    expect(plain(terminal.written).join('')).not.toContain('window (');
  });
});
