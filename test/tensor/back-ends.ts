/** Every back end at every precision that it has, on one thread; with state in sessions and without, also where there is a GPU. */
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';

export const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1, stateInSession: false });
export const double = atPrecision(single, 'float64');
export const singleInSession = openBackend({
  name: 'tensorflow',
  precision: 'float32',
  threads: 1,
  stateInSession: true,
});
export const doubleInSession = atPrecision(singleInSession, 'float64');
export const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });
