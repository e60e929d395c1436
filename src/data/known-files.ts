/** The files this program knows: where the official copies are, and the checksums their bytes must have. */

/** A file of a dataset, as published. */
export interface KnownFile {
  /** Name within the data folder, with forward slashes. */
  readonly file: string;
  readonly bytes: number;
  /** As the publisher prints it, lower-case hexadecimal. */
  readonly md5: string;
  readonly sha256: string;
  /** Where it can be had, in the order in which they are tried. */
  readonly urls: readonly string[];
}

/** A dataset that is read from files. */
export interface KnownDataset {
  readonly name: string;
  readonly title: string;
  /** Whom to cite. */
  readonly citation: string;
  readonly files: readonly KnownFile[];
}

function mnistFile(name: string, bytes: number, md5: string, sha256: string): KnownFile {
  const mirrors = [
    'https://ossci-datasets.s3.amazonaws.com/mnist',
    'https://storage.googleapis.com/cvdf-datasets/mnist',
    'https://yann.lecun.com/exdb/mnist',
  ];
  return { file: `mnist/${name}`, bytes, md5, sha256, urls: mirrors.map((mirror) => `${mirror}/${name}`) };
}

/** All datasets that are read from files. */
export const KNOWN_DATASETS: readonly KnownDataset[] = [
  {
    name: 'mnist',
    title: 'MNIST: 60,000 + 10,000 handwritten digits, 28×28, grey',
    citation:
      'Y. LeCun, L. Bottou, Y. Bengio, P. Haffner 1998, Gradient-based learning applied to document recognition, Proc. IEEE 86, 2278',
    files: [
      mnistFile(
        'train-images-idx3-ubyte.gz',
        9_912_422,
        'f68b3c2dcbeaaa9fbdd348bbdeb94873',
        '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      ),
      mnistFile(
        'train-labels-idx1-ubyte.gz',
        28_881,
        'd53e105ee54ea40749a09fcbcd1e9432',
        '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      ),
      mnistFile(
        't10k-images-idx3-ubyte.gz',
        1_648_877,
        '9fb629c4189551a2d022fa330f9573f3',
        '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      ),
      mnistFile(
        't10k-labels-idx1-ubyte.gz',
        4_542,
        'ec29112dd5afa0611ce80d1b7f02629c',
        'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
      ),
    ],
  },
  {
    name: 'cifar10',
    title: 'CIFAR-10: 50,000 + 10,000 photographs of ten things, 32×32, colour',
    citation: 'A. Krizhevsky 2009, Learning multiple layers of features from tiny images, University of Toronto',
    files: [
      {
        file: 'cifar10/cifar-10-binary.tar.gz',
        bytes: 170_052_171,
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
        urls: [
          'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
          'https://cave.cs.toronto.edu/kriz/cifar-10-binary.tar.gz',
        ],
      },
    ],
  },
];

/** The known file of this name within the data folder; undefined for any other. */
export function knownFile(file: string): KnownFile | undefined {
  return KNOWN_DATASETS.flatMap(({ files }) => files).find((known) => known.file === file);
}
