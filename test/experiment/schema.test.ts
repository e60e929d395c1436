/** The configuration's defaults are a contract; every wrong key and value has its sentence. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { resolveExperiment } from '../../src/experiment/load.ts';
import { problemOf } from '../store/scratch.ts';

/** The configuration of the contract, defaults and all. */
const CONTRACT = `
seed: 1
precision: float32
backend: tensorflow
data: { name: teacher, samples: 50000, folder: null, noise: 0.05 }
model: { name: mlp, hidden: [40], activation: tanh }
loss: half-mean-squared-error
train: { epochs: 0, initialLearningRate: 0.05, decayPerEpoch: 1 }
polish: { method: newton-cg, iterations: 200, driftRatio: 0.1 }
sgd: { learningRate: 0.05, momentum: 0.9, batchSize: 500, weightDecay: 1.0e-5, sampler: reshuffle, dropLast: false }
record: { burnInEpochs: 40, epochs: 40, store: auto }
spectrum: { samples: null, tolerance: 1.0e-5 }
curvature: { snapshots: 100, samples: null, directions: null, window: same }
noise: { method: auto, epochs: 10 }
report: { title: null }
`;

describe('defaults', () => {
  it('are those of the contract, key by key', () => {
    expect(resolveExperiment({})).toMatchObject(parse(CONTRACT) as object);
    expect(resolveExperiment(undefined)).toEqual(resolveExperiment(parse(CONTRACT)));
  });

  it('fill in what a section leaves out, and nothing else', () => {
    const { sgd, data, model } = resolveExperiment({
      sgd: { sampler: 'shuffle-once' },
      data: { samples: 400 },
      model: { initialisation: { from: 'teacher' } },
    });
    expect(sgd).toEqual({ ...resolveExperiment({}).sgd, sampler: 'shuffle-once' });
    expect(data).toEqual({ ...resolveExperiment({}).data, samples: 400 });
    expect(model).toMatchObject({ name: 'mlp', hidden: [40], initialisation: { from: 'teacher', spread: 0.02 } });
  });

  it('take one word for a list of controls, and `all` for all of them', () => {
    const wordsOf = (run: unknown) => resolveExperiment({ controls: { run } }).controls.run;
    expect(wordsOf('frozen')).toEqual(['frozen']);
    expect(wordsOf('all')).toEqual(['reshuffle', 'shuffle-once', 'with-replacement', 'frozen', 'quadratic']);
    expect(wordsOf(['quadratic', 'reshuffle'])).toEqual(['quadratic', 'reshuffle']);
    expect(resolveExperiment({}).controls).toEqual({ run: [], seeds: 1, directions: 'own' });
  });

  it.each(['digits', 'mnist', 'cifar10'])('exist for data %s', (name) => {
    const { data } = resolveExperiment({ data: { name } });
    expect(data.name).toBe(name);
    expect(data).toHaveProperty('folder', null);
  });

  it('are those of He et al. for resnet20, normalised sample by sample', () => {
    expect(resolveExperiment({ model: { name: 'resnet20' } }).model).toEqual({
      name: 'resnet20',
      width: 16,
      activation: 'relu',
      normalisation: 'group',
      groups: null,
      initialisation: { from: 'random', spread: 0.02 },
    });
  });

  it('survive being resolved again: what is stored with a run reads back as itself', () => {
    const first = resolveExperiment({ data: { name: 'file', path: 'x.npy' }, model: { name: 'linear' } });
    expect(resolveExperiment(JSON.parse(JSON.stringify(first)))).toEqual(first);
  });
});

const SECTIONS = Object.keys(resolveExperiment({})).join(', ');

describe('a wrong configuration', () => {
  const cases: [unknown, string][] = [
    [[], 'the configuration is []; expected keys and values'],
    [{ sgd: null }, 'sgd is null; expected keys and values'],
    [{ data: 'mnist' }, 'data is "mnist"; expected keys and values'],
    [{ report: { title: 5 } }, 'report.title is 5; expected text'],
    // Keys.
    [
      { sgd: { learningrate: 1 } },
      'unknown key sgd.learningrate (did you mean sgd.learningRate?); known here: learningRate, momentum, batchSize, weightDecay, sampler, dropLast, seed',
    ],
    [
      { data: { name: 'mnist', noise: 1 } },
      'data mnist has no key noise; known here: name, samples, split, target, folder',
    ],
    [
      { data: { name: 'file', path: 'x', noise: 1 } },
      'data file has no key noise; known here: name, path, labels, testPath, testLabels, task, samples, folder',
    ],
    [
      { model: { name: 'lenet', hidden: [3] } },
      'model lenet has no key hidden; known here: name, padding, activation, pooling, initialisation',
    ],
    [
      { model: { name: 'resnet20', 'batch-norm': 'frozen' } },
      'unknown key model.batch-norm; known here: name, width, activation, normalisation, groups, initialisation',
    ],
    [
      { sgd: { learningRat: 1, momentun: 0 }, modle: {} },
      `unknown key sgd.learningRat (did you mean sgd.learningRate?); unknown key sgd.momentun (did you mean sgd.momentum?); known here: learningRate, momentum, batchSize, weightDecay, sampler, dropLast, seed; unknown key modle (did you mean model?); known here: ${SECTIONS}`,
    ],
    [
      { model: { initialisation: { form: 'teacher' } } },
      'unknown key model.initialisation.form (did you mean model.initialisation.from?); known here: from, spread',
    ],
    [{ data: { name: 'file' } }, 'key data.path is missing; expected text'],
    // A key of another kind, or of another section.
    [
      { data: { size: 8 } },
      'data teacher has no key size; known here: name, samples, testSamples, noise, inputs, hidden, folder',
    ],
    [{ momentum: 0.5 }, `unknown key momentum (did you mean sgd.momentum?); known here: ${SECTIONS}`],
    [{ learning_rate: 0.5 }, `unknown key learning_rate (did you mean sgd.learningRate?); known here: ${SECTIONS}`],
    [
      { record: { batch_size: 5 } },
      'unknown key record.batch_size (did you mean sgd.batchSize?); known here: burnInEpochs, epochs, store',
    ],
    [
      { import: { recording: 'w', eigenpair: 'x' } },
      'unknown key import.eigenpair (did you mean import.eigenpairs?); known here: recording, layout, eigenpairs',
    ],
    // What the words of programming languages say in others.
    [{ model: { hidden: 40 } }, 'model.hidden is 40; expected a list, in brackets'],
    [{ sgd: { dropLast: 'no' } }, 'sgd.dropLast is "no"; expected true or false'],
    [{ spectrum: { shared: 'x' } }, 'spectrum.shared is "x"; expected a SHA-256, 64 hexadecimal digits'],
    [{ model: { name: 'module' } }, 'key model.path is missing; expected text'],
    [
      { model: { name: 'module', path: 'net.mjs', width: 3 } },
      'model module has no key width; known here: name, path, options, initialisation',
    ],
    [{ model: { name: 'module', path: 'net.mjs', options: [3] } }, 'model.options is [3]; expected keys and values'],
    [{ train: { weights: {} } }, 'key train.weights.path is missing; expected text'],
    [
      { train: { weights: { path: 'w.safetensors', layuot: 'pytorch' } } },
      'unknown key train.weights.layuot (did you mean train.weights.layout?); known here: path, layout, names, check',
    ],
    [
      { train: { weights: { path: 'w.safetensors', layout: 'torch' } } },
      'train.weights.layout is "torch"; expected pytorch or epochnoise (did you mean pytorch?)',
    ],
    [
      { sgd: { Nesterov: true } },
      'sgd.Nesterov asks for Nesterov momentum, which is not supported: the theory is that of heavy-ball SGD; remove the key',
    ],
    [
      { optimizer: 'adam' },
      'optimizer asks for another optimiser than heavy-ball SGD, which is not supported: the theory is that of heavy-ball SGD; remove the key',
    ],
    // Names.
    [
      { data: { name: 'minst' } },
      'data.name is "minst"; expected teacher, digits, mnist, cifar10, file or none (did you mean mnist?)',
    ],
    [{ data: { name: 3 } }, 'data.name is 3; expected teacher, digits, mnist, cifar10, file or none'],
    [
      { model: { initialisation: { from: 'techer' } } },
      'model.initialisation.from is "techer"; expected random or teacher (did you mean teacher?)',
    ],
    [
      { sgd: { sampler: 'reshufle' } },
      'sgd.sampler is "reshufle"; expected reshuffle, shuffle-once or with-replacement (did you mean reshuffle?)',
    ],
    [
      { model: { name: 'resnet20', normalisation: 'grop' } },
      'model.normalisation is "grop"; expected group, frozen-batch or none (did you mean group?)',
    ],
    [{ loss: 'mse' }, 'loss is "mse"; expected half-mean-squared-error, binary-cross-entropy or cross-entropy'],
    // Numbers.
    [{ sgd: { learningRate: '0.1' } }, 'sgd.learningRate is "0.1"; expected a number'],
    [{ sgd: { learningRate: 0 } }, 'sgd.learningRate is 0; expected more than 0'],
    [{ sgd: { learningRate: Infinity } }, 'sgd.learningRate is Infinity; expected a number'],
    [{ sgd: { weightDecay: NaN } }, 'sgd.weightDecay is NaN; expected a number'],
    [{ sgd: { momentum: 1 } }, 'sgd.momentum is 1; expected less than 1'],
    [{ sgd: { momentum: -0.1 } }, 'sgd.momentum is -0.1; expected at least 0'],
    [{ sgd: { batchSize: 2.5 } }, 'sgd.batchSize is 2.5; expected a whole number'],
    [{ seed: -1 }, 'seed is -1; expected at least 0'],
    [{ record: { epochs: 1 } }, 'record.epochs is 1; expected at least 2'],
    [{ spectrum: { tolerance: 1 } }, 'spectrum.tolerance is 1; expected at most 0.1'],
    [{ model: { name: 'resnet20', width: 0 } }, 'model.width is 0; expected more than 0'],
    [{ model: { hidden: [] } }, 'model.hidden is []; expected at least 1 entry'],
    [{ model: { hidden: [40, -1] } }, 'model.hidden.1 is -1; expected more than 0'],
    // Settings that do not go together.
    [
      { controls: { run: ['frozne'] } },
      'controls.run.0 is "frozne"; expected reshuffle, shuffle-once, with-replacement, frozen or quadratic (did you mean frozen?)',
    ],
    [{ curvature: { snapshots: 15 } }, 'curvature.snapshots is 15; expected at least 16'],
    [{ curvature: { samples: 7 } }, 'curvature.samples is 7; expected at least 8'],
    [{ curvature: { window: 'next' } }, 'curvature.window is "next"; expected same or second'],
    [{ controls: { seeds: 0 } }, 'controls.seeds is 0; expected more than 0'],
    [
      { data: { name: 'mnist' }, model: { initialisation: { from: 'teacher' } } },
      'model.initialisation.from is teacher, but data mnist have no teacher: use random',
    ],
    ...['batch', 'batch-norm', 'batchnorm'].map((normalisation): [unknown, string] => [
      { model: { name: 'resnet20', normalisation } },
      `model.normalisation is "${normalisation}"; batch statistics couple the samples of a batch, so that neither the gradient noise nor the Hessian is a sum over samples: use frozen-batch, which is trained with them and fixes them before the window, group or none`,
    ]),
    [
      { model: { name: 'resnet20', normalisation: 'none', groups: 4 } },
      'model.groups is 4, but model.normalisation is none, which has no groups: leave it out, or use normalisation group',
    ],
    [
      { train: { epochs: 5, weights: { path: 'w.safetensors' } } },
      'train.epochs is 5, but train.weights names weights that are trained already: leave one of them out',
    ],
    [
      { train: { weights: { path: 'w.safetensors' } }, model: { initialisation: { from: 'teacher' } } },
      'model.initialisation.from is teacher, but train.weights names weights to start from: leave one of them out',
    ],
    [
      { train: { weights: { path: 'w.safetensors', layout: 'epochnoise', names: ['a'] } } },
      'train.weights.names tells tensors of a state dict, but train.weights.layout is epochnoise, which has one, theta: leave names out',
    ],
    [
      { polish: { method: 'none' } },
      'train.epochs is 0 and polish.method is none, so that the window would open at random weights: train, or polish',
    ],
  ];
  it.each(cases)('%j', async (given, sentence) => {
    expect(await problemOf(() => resolveExperiment(given))).toBe(`exit 2: ${sentence}`);
  });

  it('is none where the window may open where training ends', () => {
    for (const given of [
      { polish: { method: 'none' }, train: { epochs: 1 } },
      { polish: { method: 'none' }, model: { initialisation: { from: 'teacher' } } },
      { polish: { method: 'none' }, train: { weights: { path: 'w.safetensors' } } },
    ])
      expect(resolveExperiment(given).polish.method).toBe('none');
  });
});
