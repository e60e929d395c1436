/** The data set that a configuration asks for. */
import { cifar10Dataset } from '../data/cifar10.ts';
import type { Dataset } from '../data/dataset.ts';
import { digitsDataset } from '../data/digits.ts';
import { fileDataset } from '../data/file.ts';
import { dataFolder } from '../data/folder.ts';
import { mnistDataset } from '../data/mnist.ts';
import { teacherDataset } from '../data/teacher.ts';
import { noData } from './import/no-network.ts';
import { readTensor } from '../store/tensor-file.ts';
import type { Experiment } from './schema.ts';

/**
 * Makes or reads the data.
 *
 * @throws DataError for missing or damaged files; ConfigurationError for settings that the data cannot meet
 */
export async function loadDataset({ data, seed }: Pick<Experiment, 'data' | 'seed'>): Promise<Dataset> {
  switch (data.name) {
    case 'teacher':
      return teacherDataset({ ...data, seed });
    case 'digits':
      return digitsDataset({ ...data, seed });
    case 'mnist':
      return await mnistDataset({ ...data, seed, folder: dataFolder(data.folder) });
    case 'cifar10':
      return await cifar10Dataset({ ...data, seed, folder: dataFolder(data.folder) });
    case 'none':
      return noData(data.samples);
    case 'file':
      return await fileDataset({ ...data, seed }, readTensor);
  }
}
