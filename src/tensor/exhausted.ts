/** Memory that TensorFlow asked for and did not get, in a sentence. */
import { RunError } from '../errors.ts';

/**
 * As it is said where an op asks for memory; where values are copied to a GPU that has no room for them; by CUDA; and by
 * cuBLAS and cuDNN, which ask for some of their own.
 */
const EXHAUSTED = new RegExp(
  [
    'OOM when allocating',
    'Dst tensor is not initialized',
    'failed to allocate memory',
    'out of memory',
    '(CUBLAS|CUDNN)_\\w*ALLOC_FAILED',
    // Mostly for want of memory, whatever the status behind it, which the sentence shows.
    'failed to create cublas handle',
  ].join('|'),
  'i',
);
const ASKED_FOR = /tensor with shape(\[[\d,]*\]) and type (\w+) on \S*device:(\w+:\d+)/;

/** What the error of a run says, where it is about memory; else the error itself. */
export function withoutJargon(error: unknown): unknown {
  const { message } = error as Error;
  if (!EXHAUSTED.test(message)) return error;
  const [, shape, type, device] = ASKED_FOR.exec(message) ?? [];
  const [reason] = message.replace(/^Session fail to run with error: /, '').split('\n');
  const what = device ? `on ${device} for ${type} ${shape}` : `(${reason.replace(/\.$/, '')})`;
  return new RunError(
    `back end tensorflow has too little memory ${what}: end what else uses it, or lower --memory, and resume the run, on this back end or on another`,
    { cause: error },
  );
}
