/** Every kind of configuration: together they have all keys. */
export const KINDS = [
  {},
  { data: { name: 'digits' } },
  { data: { name: 'mnist' } },
  { data: { name: 'cifar10' } },
  { data: { name: 'file', path: '' } },
  { model: { name: 'linear' } },
  { model: { name: 'lenet' } },
  { model: { name: 'resnet20' } },
  {
    import: { recording: '', eigenpairs: '' },
    data: { name: 'none', samples: 50_000 },
    model: { name: 'none' },
    polish: { method: 'none' },
  },
  { model: { name: 'module', path: '' } },
  { train: { weights: { path: '' } } },
];

/** Keys that these must give, or that have another default elsewhere. */
export const isGiven = (key: string, value: unknown): boolean =>
  /\.(name|path|recording|eigenpairs)$/.test(key) || (key === 'polish.method' && value === 'none');
