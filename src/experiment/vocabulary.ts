/** The words of the program's arguments: what completion offers. */
import { KNOWN_DATASETS } from '../data/known-files.ts';
import { experimentNames, sweepNames } from './catalogue.ts';
import { settings, type Setting } from './settings.ts';

/** Names of experiments and sweeps that come with the program, of data sets that can be downloaded, and the keys of the configuration. */
export function vocabulary(): { experiments: string[]; sweeps: string[]; datasets: string[]; settings: Setting[] } {
  return {
    experiments: experimentNames(),
    sweeps: sweepNames(),
    datasets: KNOWN_DATASETS.map(({ name }) => name),
    settings: settings(),
  };
}
