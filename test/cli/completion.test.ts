/** What the tab key offers. Channel: the shells themselves run the script, each where it is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionScript } from '../../src/cli/completion/script.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { experimentNames, STAGE_NAMES } from '../../src/experiment/catalogue.ts';
import { resolveExperiment } from '../../src/experiment/load.ts';
import { flat } from '../experiment/flat.ts';
import { workingFolder } from './program.ts';

const folder = workingFolder();
mkdirSync(join(folder, 'quarry'));
mkdirSync(join(folder, "it's here"));
for (const file of ['quarry/inner.yaml', 'quiet.yaml', 'quiet.txt', 'mine.json']) writeFileSync(join(folder, file), '');

const all = Object.keys(resolveExperiment({}));
const record = flat(resolveExperiment({})).flatMap(([key]) => (key.startsWith('record.') ? [`${key}=`] : []));

/** What is typed up to the cursor, and what is offered for its last word, in any order. */
const cases: [typed: string, offered: string[]][] = [
  ['re', ['record', 'report']],
  ['data g', ['get']],
  ['data get ', ['mnist', 'cifar10']],
  ['data verify cifar10 ', []],
  ['run --se', ['--set']],
  ['theory --s', ['--sampler', '--start', '--sampling-fraction']],
  // A command of its own has options of its own.
  ['data list --f', ['--folder']],
  ['data --fold', []],
  ['completion ', ['bash', 'zsh', 'fish']],
  // Values of options; what looks like a command there is none.
  ['run --until ', [...STAGE_NAMES]],
  ['run --until=re', ['--until=record', '--until=report']],
  ['run --until report --out qua', ['quarry/']],
  ['run --out=qua', ['--out=quarry/']],
  ['run --backend ', ['tensorflow', 'webgpu', 'cpu', 'auto']],
  ['theory --sampler w', ['with-replacement']],
  ['theory --positions --start r', ['rest']],
  ['theory --eigenvalue ', []],
  // Experiments that come with the program, and files that may be some.
  ['run quic', experimentNames().filter((name) => name.startsWith('quic'))],
  ['sweep sweep-c', ['sweep-crossover']],
  ['run qu', ['quickstart', 'quarry/', 'quiet.yaml']],
  ['run quarry/', ['quarry/inner.yaml']],
  ['run mi', ['mine.json']],
  ['run quickstart ', []],
  ['run --json --set seed=2 quickstart --se', ['--set']],
  // Run directories.
  ['train q', ['quarry/']],
  ['report quarry qu', ['quarry/']],
  // Settings.
  ['run --set see', ['seed=']],
  ['run --set record.', record],
  ['run --set=record.', record.map((key) => `--set=${key}`)],
  ['run --set sgd.sampler=', ['reshuffle', 'shuffle-once', 'with-replacement'].map((word) => `sgd.sampler=${word}`)],
  ['run --set sgd.sampler=s', ['sgd.sampler=shuffle-once']],
  ['run --set=sgd.sampler=s', ['--set=sgd.sampler=shuffle-once']],
  ['run quickstart --set sgd.learningRate=', []],
  ['run --set nothing=', []],
];

const script = (shell: 'bash' | 'zsh' | 'fish') => completionScript(buildProgram(), shell);

/** The shell's standard output; anything on standard error is a fault. */
function told(shell: string, args: readonly string[]): string[] {
  const { stdout, stderr, status } = spawnSync(shell, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\n').filter((line) => line !== '');
}

function lacks(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'true'], { stdio: 'ignore' });
    return false;
  } catch {
    return true;
  }
}

/** Bash cuts at "=", and takes replies for what follows it; nothing here is quoted. */
function bash(typed: string, breaks: string): string[] {
  const words = typed.split(' ').flatMap((word) => (breaks.includes('=') ? word.split(/(=)/) : [word]));
  const cut = words.filter((word, at) => word !== '' || at === words.length - 1);
  const last = cut[cut.length - 1] === '' && cut[cut.length - 2] === '=' ? cut.slice(0, -1) : cut;
  const replies = told('bash', [
    '--norc',
    '--noprofile',
    '-c',
    `${script('bash')}
COMP_WORDBREAKS=$1; shift; COMP_WORDS=(epochnoise "$@"); COMP_CWORD=$#
compopt() { :; }
_epochnoise
for reply in "\${COMPREPLY[@]}"; do [[ -d $reply || -d \${reply#--out=} ]] && reply=$reply/; echo "$reply"; done`,
    'bash',
    breaks,
    ...last,
  ]);
  const [word] = typed.split(' ').slice(-1);
  const kept = breaks.includes('=') ? word.slice(0, word.lastIndexOf('=') + 1) : '';
  return replies.map((reply) => `${kept}${reply}`);
}

/** What the completion system of zsh does with offers needs a terminal: here stand-ins for its commands print them. */
function zsh(typed: string): string[] {
  return told('zsh', [
    '-f',
    '-c',
    `compdef() { :; }
compset() { :; }
compadd() { local name=\${@[-1]} offer; for offer in "\${(@P)name}"; do [[ $offer == $current* ]] && print -r -- "$before$offer"; done }
_describe() { local name=\${@[-1]} offer; for offer in "\${(@P)name}"; do [[ $offer == $current* ]] && print -r -- "\${offer%%:*}"; done }
_files() {
  local offer
  setopt nullglob
  for offer in $current*(/); do print -r -- "$before$offer/"; done
  [[ $1 == -/ ]] || for offer in \${~:-"$current\${2:-*}"}(.); do print -r -- "$before$offer"; done
}
${script('zsh')}
words=(epochnoise "$@"); CURRENT=$((# + 1))
_epochnoise
true`,
    'zsh',
    ...typed.split(' '),
  ]);
}

function fish(typed: string): string[] {
  const code = `${script('fish')}\ncomplete -C 'epochnoise ${typed}'`;
  return told('fish', ['--no-config', '-c', code]).map((offer) => offer.split('\t')[0]);
}

const sorted = (words: readonly string[]) => [...words].sort();

describe('bash', () => {
  it.each(cases)('epochnoise %s', (typed, offered) => expect(sorted(bash(typed, ' \n"=:'))).toEqual(sorted(offered)));

  it('does the same where words are not cut at "="', () => {
    for (const [typed, offered] of cases.filter(([typed]) => typed.includes('=')))
      expect(sorted(bash(typed, ' \n')), typed).toEqual(sorted(offered));
  });

  it('offers names with spaces whole', () => expect(bash('train it', ' \n=')).toEqual(["it's here/"]));

  it('has every section of the configuration', () => {
    const sections = new Set(bash('run --set ', ' \n').map((key) => key.split(/[.=]/)[0]));
    expect([...sections].sort()).toEqual([...all].sort());
  });
});

const noZsh = lacks('zsh');
describe.skipIf(noZsh)(`zsh${noZsh ? ' (skipped: not installed)' : ''}`, () => {
  it.each(cases)('epochnoise %s', (typed, offered) => expect(sorted(zsh(typed))).toEqual(sorted(offered)));
});

const noFish = lacks('fish');
describe.skipIf(noFish)(`fish${noFish ? ' (skipped: not installed)' : ''}`, () => {
  it.each(cases)('epochnoise %s', (typed, offered) => expect(sorted(fish(typed))).toEqual(sorted(offered)));
});

it('says what the commands and options are for, without marks of its syntax', () => {
  expect(script('fish')).toContain("'theory\tExact predictions along directions of given curvature'");
  expect(script('fish')).toContain("'--memory\tmemory for intermediate values that Hessian products share, e.g. 4GB'");
});
