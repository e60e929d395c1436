/**
 * Teacher–student regression: a seeded tanh network labels gaussian inputs, and noise is added to the labels.
 *
 * Inputs x ~ N(0, 1). Teacher f: weights N(0, gain²/fan-in), biases N(0, 0.1²), tanh between layers, linear output.
 * Targets y = f(x) + noise·N(0, 1).
 */
import { randomStream, type RandomStream } from '../random.ts';
import { requireCount, requireWithin, type Dataset, type Split } from './dataset.ts';

/**
 * Gain of the weights into hidden units. With 20 inputs and 40 units the pre-activations, of standard deviation 1.5, bend
 * tanh enough that about 30 Hessian eigenvalues at the teacher lie above 0.06 for any seed; with gain 1 it is 21.
 */
const HIDDEN_GAIN = 1.5;

/** Gain of the weights into the outputs: targets of standard deviation about 1. */
const OUTPUT_GAIN = 1.25;

/** Standard deviation of the teacher's biases. */
const BIAS_DEVIATION = 0.1;

/** Settings; what is left out has the default in brackets. */
export interface TeacherOptions {
  readonly seed: number;
  readonly samples: number;
  /** Samples of the test split; 0 for none. */
  readonly testSamples: number;
  /** [20] */
  readonly inputs?: number;
  /** Units of each hidden layer of the teacher. [[40]] */
  readonly hidden?: readonly number[];
  /** [1] */
  readonly outputs?: number;
  /** Standard deviation of the noise on the targets. [0.05] */
  readonly noise?: number;
}

/**
 * Makes the dataset. Same options, same bytes; changing `noise` changes neither the inputs nor the teacher, and a larger
 * `samples` of the same seed begins with the smaller one.
 *
 * @throws ConfigurationError for counts below 1 and negative noise
 */
export function teacherDataset(options: TeacherOptions): Dataset {
  const { seed, samples, testSamples, inputs = 20, hidden = [40], outputs = 1, noise = 0.05 } = options;
  requireCount('data.samples', samples, 1);
  requireCount('data.testSamples', testSamples, 0);
  requireWithin('data.noise', noise, 0, Infinity);
  const widths = [inputs, ...hidden, outputs];
  widths.forEach((width) => requireCount('a width of the teacher', width, 1));
  const teacher = drawTeacher(widths, randomStream(seed, 'data/teacher/weights'));

  function split(name: string, count: number): Split {
    const inputStream = randomStream(seed, `data/teacher/${name}/inputs`);
    const noiseStream = randomStream(seed, `data/teacher/${name}/noise`);
    // The teacher sees the inputs as stored, so that it explains the targets to float32 rounding where noise is 0.
    const x = new Float32Array(count * inputs).map(() => inputStream.normal());
    const y = evaluateTeacher(teacher, widths, x);
    return { x, y: Float32Array.from(y, (value) => value + noise * noiseStream.normal()), samples: count };
  }

  return {
    name: 'teacher',
    inputShape: [inputs],
    outputs,
    task: 'regression',
    train: split('train', samples),
    test: testSamples === 0 ? null : split('test', testSamples),
    sources: [],
    warnings: [],
    teacher,
  };
}

/**
 * A tanh network with linear outputs, in float64.
 *
 * @param parameters per layer weights [in, out] row-major, then bias [out]
 * @param widths units of each layer, inputs first
 * @param x [samples, inputs]
 * @returns [samples, outputs]
 */
export function evaluateTeacher(parameters: Float64Array, widths: readonly number[], x: Float32Array): Float64Array {
  const inputs = widths[0];
  const outputs = widths[widths.length - 1];
  const samples = x.length / inputs;
  const y = new Float64Array(samples * outputs);
  for (let sample = 0; sample < samples; sample++) {
    let units = Float64Array.from(x.subarray(sample * inputs, (sample + 1) * inputs));
    let offset = 0;
    for (let layer = 1; layer < widths.length; layer++) {
      const width = widths[layer];
      const next = parameters.slice(offset + units.length * width, offset + (units.length + 1) * width);
      for (let from = 0; from < units.length; from++) {
        for (let to = 0; to < width; to++) next[to] += units[from] * parameters[offset + from * width + to];
      }
      offset += (units.length + 1) * width;
      units = layer < widths.length - 1 ? next.map(Math.tanh) : next;
    }
    y.set(units, sample * outputs);
  }
  return y;
}

function drawTeacher(widths: readonly number[], stream: RandomStream): Float64Array {
  const parameters: number[] = [];
  for (let layer = 1; layer < widths.length; layer++) {
    const fanIn = widths[layer - 1];
    const gain = layer < widths.length - 1 ? HIDDEN_GAIN : OUTPUT_GAIN;
    const deviation = gain / Math.sqrt(fanIn);
    for (let weight = 0; weight < fanIn * widths[layer]; weight++) parameters.push(deviation * stream.normal());
    for (let bias = 0; bias < widths[layer]; bias++) parameters.push(BIAS_DEVIATION * stream.normal());
  }
  return Float64Array.from(parameters);
}
