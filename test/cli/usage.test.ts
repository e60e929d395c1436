/** Command lines that cannot be understood: exit code 2, one sentence with the way out. */
import { expect, it } from 'vitest';
import { compile, refusal, refusalHere, workingFolder } from './program.ts';

compile();
const folder = workingFolder();

it.each([
  ['rnu quickstart', "unknown command 'rnu' (did you mean run?); see `epochnoise --help`"],
  ['nothing', "unknown command 'nothing'; see `epochnoise --help`"],
  ['data gt mnist', "unknown command 'gt' (did you mean get?); see `epochnoise data --help`"],
  ['--quick', "unknown option '--quick'; see `epochnoise --help`"],
  ['run --jsn quickstart', "unknown option '--jsn' (did you mean --json?); see `epochnoise run --help`"],
  ['run', "missing required argument 'experiment'; see `epochnoise run --help`"],
  ['run a b', "too many arguments for 'run'; expected 1 argument but got 2; see `epochnoise run --help`"],
  [
    'run quickstart --until end',
    "option '--until <stage>' argument 'end' is invalid; allowed choices are train, record, spectrum, curvature, noise, compare, controls, report; see `epochnoise run --help`",
  ],
  ['data export somewhere', "required option '--out <file>' not specified; see `epochnoise data export --help`"],
  [
    'theory --learning-rate fast',
    "option '--learning-rate <number>' argument 'fast' is invalid; expected a number; see `epochnoise theory --help`",
  ],
  [
    'theory --window 1.5',
    "option '--window <updates>' argument '1.5' is invalid; expected a whole number of at least 0; see `epochnoise theory --help`",
  ],
  [
    'run quickstart --memory 4',
    "option '--memory <size>' argument '4' is invalid; expected a size with its unit, such as 4GB or 512MB; see `epochnoise run --help`",
  ],
])('epochnoise %s', async (line, sentence) => {
  expect(await refusalHere(folder, line.split(' '))).toBe(`2: ${sentence}`);
});

it('as a process, too', async () => {
  expect(await refusal(folder, ['nothing'])).toBe("2: unknown command 'nothing'; see `epochnoise --help`");
});
