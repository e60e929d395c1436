/** A user's own model and data from the command line: where they are looked for, and what a change of them does. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, epochnoise, refusal, workingFolder } from './program.ts';

compile();
const folder = workingFolder();
const at = (...names: string[]) => join(folder, ...names);

const NET = `import { bend } from './parts/bend.mjs';
export const shapes = ({ inputShape, outputs, options }) => [
  { name: 'dense1/weight', shape: [inputShape[0], options.width] },
  { name: 'dense1/bias', shape: [options.width] },
  { name: 'dense2/weight', shape: [options.width, outputs] },
  { name: 'dense2/bias', shape: [outputs] },
];
export const forward = (ops, [w1, b1, w2, b2], x) =>
  ops.add(ops.matMul(bend(ops, ops.add(ops.matMul(x, w1), b1)), w2), b2);
`;
const BEND = 'export const bend = (ops, x) => ops.tanh(x);\n';
const DATA = `export default ({ random }) => {
  const x = new Float32Array(200 * 2).map(() => random.normal());
  const y = new Float32Array(200).map((_, n) => Math.tanh(x[2 * n]) + 0.3 * random.normal());
  return { x: { shape: [200, 2], data: x }, y: { shape: [200], data: y } };
};
`;
const STUDY = `
data: { name: file, path: ../data.mjs }
model: { name: module, path: net.mjs, options: { width: 3 } }
sgd: { learningRate: 0.05, batchSize: 20, weightDecay: 1.0e-2 }
record: { burnInEpochs: 2, epochs: 3 }
`;

beforeAll(() => {
  mkdirSync(at('study', 'parts'), { recursive: true });
  writeFileSync(at('study', 'net.mjs'), NET);
  writeFileSync(at('study', 'parts', 'bend.mjs'), BEND);
  writeFileSync(at('data.mjs'), DATA);
  writeFileSync(at('study', 'study.yaml'), STUDY);
});

describe('a study in a folder of its own', () => {
  const run = async (...args: string[]) => {
    const { code, out, err } = await epochnoise(folder, [
      'run',
      'study/study.yaml',
      '--until',
      'record',
      '--json',
      ...args,
    ]);
    if (code !== 0) throw new Error(err);
    return { ...(JSON.parse(out) as { ran: string[]; previous: string | null }), err };
  };

  it('is run from outside, examined once, and goes on stage by stage', async () => {
    const first = await run();
    expect(first).toMatchObject({ ran: ['train', 'record'], previous: null });
    expect(first.err.match(/^model: passed {2}/gm)).toHaveLength(8);
    expect(await run()).toMatchObject({ ran: [], previous: null });
    const { code, err } = await epochnoise(folder, ['spectrum', 'results/study']);
    expect({ code, examined: err.includes('model: ') }).toEqual({ code: 0, examined: false });
  });

  it('is computed anew where a file that its module imports has changed, and says so where one stage is asked for', async () => {
    writeFileSync(at('study', 'parts', 'bend.mjs'), BEND.replace('tanh', 'sin'));
    expect(await refusal(folder, ['record', 'results/study'])).toBe(
      '3: stage train of ~/results/study is out of date: study/net.mjs, or a file that it imports, has changed; `epochnoise run results/study/experiment.json --out results/study` computes what is missing or out of date',
    );
    expect(await run('--until', 'train')).toMatchObject({ ran: ['train'], previous: '~/results/study.previous-1' });
    // Whoever changes it back gets back what there was.
    writeFileSync(at('study', 'parts', 'bend.mjs'), `${BEND}// but for a comment\n`);
    expect(await run('--until', 'train')).toMatchObject({ ran: ['train'], previous: '~/results/study.previous-2' });
  });

  it('is computed anew where options or data have changed', async () => {
    const narrow = ['--until', 'train', '--set', 'model.options.width=2'];
    expect(await run(...narrow)).toMatchObject({ ran: ['train'] });
    writeFileSync(at('data.mjs'), DATA.replace('0.3', '0.2'));
    expect(await run(...narrow)).toMatchObject({ ran: ['train'] });
  });

  it('that makes other numbers every time does not go on with them', async () => {
    writeFileSync(at('data.mjs'), DATA.replace('0.3 *', 'Math.random() *'));
    await run('--out', 'random');
    expect(await refusal(folder, ['spectrum', 'random'])).toMatch(
      /^3: data\.mjs: numbers has SHA-256 \w{12}…, but ~\/random was made from one with \w{12}…: /,
    );
    writeFileSync(at('data.mjs'), DATA);
  });
});

describe('what is refused in one line', () => {
  it.each<[string, Record<string, string>, string[], RegExp]>([
    [
      'a module that is not there',
      {},
      ['run', 'study/study.yaml', '--set', 'model.path=nett.mjs'],
      /^3: no file ~\/nett\.mjs: model\.path is nett\.mjs, and relative paths start at the working directory \(those within a YAML file at the folder of that file\)$/,
    ],
    [
      'a slip of the pen',
      { 'slip.mjs': 'export const shapes = [];\nexport const forward = (ops => 0;\n' },
      ['run', 'study/study.yaml', '--set', 'model.path=slip.mjs'],
      /^2: ~\/slip\.mjs cannot be loaded: SyntaxError: Unexpected token ';' \(`node --check slip\.mjs` shows the place\)$/,
    ],
    [
      'an op of another name',
      {
        'tahn.mjs': NET.replace("import { bend } from './parts/bend.mjs';", 'const bend = (ops, x) =>\n  ops.tahn(x);'),
      },
      ['run', 'study/study.yaml', '--set', 'model.path=tahn.mjs'],
      /^2: tahn\.mjs: forward failed in line 2 of tahn\.mjs: TypeError: ops\.tahn is not a function; did you mean tanh\?$/,
    ],
    [
      'shapes that do not fit the data',
      { 'wide.mjs': NET.replace('inputShape[0]', '7').replace('./parts', './study/parts') },
      ['run', 'study/study.yaml', '--set', 'model.path=wide.mjs'],
      /^2: wide\.mjs: op matMul of x \[1, 2\] and dense1\/weight \[7, 3\] failed: Matrix size-incompatible/,
    ],
    [
      'a model that fails a check',
      {
        'coupled.mjs': NET.replace(
          "import { bend } from './parts/bend.mjs';",
          'const bend = (ops, x) => ops.sub(x, ops.mean(x, 0));',
        ),
      },
      ['run', 'study/study.yaml', '--set', 'model.path=coupled.mjs'],
      /^2: model coupled\.mjs fails the check "samples apart": /,
    ],
  ])('%s', async (_, files, args, sentence) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
    expect(await refusal(folder, [...args, '--out', 'none'])).toMatch(sentence);
  });

  it('a module that is gone since', async () => {
    const args = [
      'run',
      'study/study.yaml',
      '--until',
      'train',
      '--out',
      'gone',
      '--set',
      'model.path=short-lived.mjs',
    ];
    writeFileSync(at('short-lived.mjs'), NET.replace('./parts', './study/parts'));
    expect((await epochnoise(folder, args)).code).toBe(0);
    rmSync(at('short-lived.mjs'));
    expect(await refusal(folder, ['record', 'gone'])).toMatch(/^3: no file ~\/short-lived\.mjs: model\.path is /);
  });
});

describe('doctor <experiment>', () => {
  it('--json has every check with its number', async () => {
    const { code, out } = await epochnoise(folder, ['doctor', 'study/study.yaml', '--json']);
    const document = JSON.parse(out);
    expect(code).toBe(0);
    expect(document).toMatchObject({ experiment: 'study', model: 'study/net.mjs', weights: 13, precision: 'float64' });
    expect(document.checks).toHaveLength(8);
    expect(document.checks).toContainEqual({
      check: 'samples apart',
      state: 'passed',
      value: expect.any(Number),
      text: expect.stringMatching(/^outputs of single samples are those of the batch/),
    });
  });

  it('refuses an op that a tensor does by itself, before anything is examined', async () => {
    writeFileSync(at('chained.mjs'), NET.replace(/^import .*\n/, 'const bend = (ops, x) => x.relu();\n'));
    expect(await refusal(folder, ['doctor', 'study/study.yaml', '--set', 'model.path=chained.mjs'])).toMatch(
      /^2: chained\.mjs: op relu is called past the ops that are given, .*: write ops\.relu\(x\) and not x\.relu\(\)$/,
    );
  });

  it('counts one as one', async () => {
    const single = `export const shapes = [{ name: 'w', shape: [2, 1] }];
      export const forward = (ops, [w], x) => ops.matMul(x, w);`;
    writeFileSync(at('single.mjs'), single);
    const { out } = await epochnoise(folder, ['doctor', 'study/study.yaml', '--set', 'model.path=single.mjs']);
    expect(out).toMatch(/^model single\.mjs: 1 parameter, 2 weights, about 1 layer output a sample$/m);
    expect(out).toMatch(/^passed {2}weights in use +the parameter has a gradient$/m);
  });

  it('tells all that fails, exit code 2, of models that come with the program too', async () => {
    const coupled = await epochnoise(folder, ['doctor', 'study/study.yaml', '--set', 'model.path=coupled.mjs']);
    expect(coupled.code).toBe(2);
    expect(coupled.out).toMatch(/^failed {2}samples apart +outputs of single samples differ/m);
    expect(coupled.out).toMatch(
      /\n→ a check failed: `epochnoise run study\/study\.yaml --set model\.path=coupled\.mjs` would be refused\n$/,
    );
    const builtIn = await epochnoise(folder, ['doctor', 'quickstart', '--set', 'data.samples=1000']);
    expect(builtIn).toMatchObject({ code: 0, err: '' });
    expect(builtIn.out).toMatch(
      /^model mlp: 4 parameters, 881 weights, about 41 layer outputs a sample\npassed {2}finite/,
    );
    expect(await refusal(folder, ['doctor', 'quikstart'])).toMatch(
      /^2: unknown experiment quikstart \(did you mean quickstart\?\)/,
    );
  });
});
