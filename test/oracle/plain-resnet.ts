/**
 * ResNet-20 in plain loops of float64, written from He et al. 2015 (section 4.2, shortcuts of option A), Wu & He 2018 and
 * Ioffe & Szegedy 2015, not from the code under test. Parameters lie layer after layer: a kernel [height, width, in, out],
 * then what follows it, in the end the dense weights [in, out] and biases.
 */
export interface PlainResnet {
  /** [height, width, channels] of one input. */
  readonly input: readonly [number, number, number];
  readonly outputs: number;
  readonly width: number;
  readonly activation: 'tanh' | 'relu' | 'softplus';
  /** `batch`: with the statistics of the images that are given together. */
  readonly normalisation: { readonly group: number } | 'batch' | 'none' | { readonly frozen: ArrayLike<number> };
}

/** What a batch of images gives. */
export interface PlainResults {
  /** A row an image. */
  readonly outputs: number[][];
  /** Root mean square of what each block gives, over images, places and channels. */
  readonly blocks: number[];
  /** Means and variances over the batch, layer by layer: of `batch` only. */
  readonly means: number[];
  readonly variances: number[];
}

/** The constant of the program, a float32 number. */
const EPSILON = Math.fround(1e-5);
const BENDS = {
  tanh: Math.tanh,
  relu: (x: number) => Math.max(x, 0),
  softplus: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
} as const;

/** One image's activations: value(row, column, channel), zero outside. */
class Maps {
  readonly values: Float64Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  constructor(height: number, width: number, channels: number, value: (r: number, c: number, m: number) => number) {
    [this.height, this.width, this.channels] = [height, width, channels];
    this.values = new Float64Array(height * width * channels);
    let at = 0;
    for (let r = 0; r < height; r++)
      for (let c = 0; c < width; c++) for (let m = 0; m < channels; m++) this.values[at++] = value(r, c, m);
  }
  at(r: number, c: number, m: number): number {
    const inside = r >= 0 && r < this.height && c >= 0 && c < this.width && m >= 0 && m < this.channels;
    return inside ? this.values[(r * this.width + c) * this.channels + m] : 0;
  }
  map(value: (own: number, r: number, c: number, m: number) => number): Maps {
    return new Maps(this.height, this.width, this.channels, (r, c, m) => value(this.at(r, c, m), r, c, m));
  }
}

/** Mean and variance of numbers, in two passes. */
function moments(numbers: readonly number[]): { mean: number; variance: number } {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return { mean, variance: numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length };
}

/** Values of an image in channels `from` to `to`. */
function channelsOf(maps: Maps, from: number, to: number): number[] {
  return Array.from(maps.values.filter((_, at) => at % maps.channels >= from && at % maps.channels < to));
}

/** Outputs for images [samples, height·width·channels]. Throws unless all parameters are used. */
export function plainResnet(net: PlainResnet, theta: ArrayLike<number>, x: ArrayLike<number>): PlainResults {
  const [height, width, channels] = net.input;
  const size = height * width * channels;
  const { normalisation } = net;
  let used = 0;
  const take = (count: number) => Array.from({ length: count }, () => theta[used++]);
  const means: number[] = [];
  const variances: number[] = [];
  let layerStart = 0;

  function convolved(images: Maps[], to: number, stride: number): Maps[] {
    const from = images[0].channels;
    const kernel = take(9 * from * to);
    const outputs = images.map((image) => {
      const sides = [image.height, image.width].map((side) => Math.ceil(side / stride));
      return new Maps(sides[0], sides[1], to, (r, c, o) => {
        let sum = 0;
        for (let i = 0; i < 3; i++)
          for (let j = 0; j < 3; j++)
            for (let m = 0; m < from; m++)
              sum += kernel[((i * 3 + j) * from + m) * to + o] * image.at(stride * r + i - 1, stride * c + j - 1, m);
        return sum;
      });
    });
    const [scale, shift] = normalisation === 'none' ? [null, take(to)] : [take(to), take(to)];
    if (scale === null) return outputs.map((image) => image.map((value, _r, _c, o) => value + shift[o]));
    const first = layerStart;
    layerStart += to;
    const normalised = (image: Maps, of: (channel: number) => { mean: number; variance: number }) => {
      const known = Array.from({ length: to }, (_, o) => of(o));
      return image.map(
        (value, _r, _c, o) => ((value - known[o].mean) / Math.sqrt(known[o].variance + EPSILON)) * scale[o] + shift[o],
      );
    };
    if (normalisation === 'batch') {
      const found = Array.from({ length: to }, (_, o) =>
        moments(outputs.flatMap((image) => channelsOf(image, o, o + 1))),
      );
      means.push(...found.map(({ mean }) => mean));
      variances.push(...found.map(({ variance }) => variance));
      return outputs.map((image) => normalised(image, (o) => found[o]));
    }
    if (typeof normalisation === 'object' && 'frozen' in normalisation) {
      const total = normalisation.frozen.length / 2;
      const known = (o: number) => ({
        mean: normalisation.frozen[first + o],
        variance: normalisation.frozen[total + first + o],
      });
      return outputs.map((image) => normalised(image, known));
    }
    const { group } = normalisation as { group: number };
    const length = to / group;
    return outputs.map((image) => {
      const found = Array.from({ length: group }, (_, g) => moments(channelsOf(image, g * length, (g + 1) * length)));
      return normalised(image, (o) => found[Math.floor(o / length)]);
    });
  }

  const bend = (images: Maps[]) => images.map((image) => image.map(BENDS[net.activation]));
  const samples = x.length / size;
  let images = Array.from(
    { length: samples },
    (_, n) => new Maps(height, width, channels, (r, c, m) => x[n * size + (r * width + c) * channels + m]),
  );
  const blocks: number[] = [];
  images = bend(convolved(images, net.width, 1));
  for (let stage = 0; stage < 3; stage++)
    for (let block = 0; block < 3; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const to = net.width * 2 ** stage;
      const before = images;
      const branch = convolved(bend(convolved(before, to, stride)), to, 1);
      const missing = to - before[0].channels;
      const scale = normalisation === 'none' ? 1 / 3 : 1;
      images = bend(
        branch.map((image, n) =>
          image.map(
            (value, r, c, o) => scale * value + before[n].at(stride * r, stride * c, o - Math.floor(missing / 2)),
          ),
        ),
      );
      const all = images.flatMap(({ values }) => [...values]);
      blocks.push(Math.sqrt(all.reduce((sum, value) => sum + value * value, 0) / all.length));
    }
  const last = images[0].channels;
  const weights = take(last * net.outputs);
  const biases = take(net.outputs);
  if (used !== theta.length) throw new Error(`the network has ${used} parameters, ${theta.length} were given`);
  const outputs = images.map((image) => {
    const mean = Array.from({ length: last }, (_, m) => moments(channelsOf(image, m, m + 1)).mean);
    return biases.map((bias, o) => mean.reduce((sum, value, m) => sum + value * weights[m * net.outputs + o], bias));
  });
  return { outputs, blocks, means, variances };
}
