/** The ops with which state is kept on a card, by TensorFlow's own list of what the library in place has. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../../scripts/kernels.py', import.meta.url));
const kernels = (...ops: string[]) => execFileSync('python3', [SCRIPT, ...ops], { encoding: 'utf8' });

const linux = process.platform === 'linux';

it.skipIf(!linux)(
  'every device has stages, which take numbers from the machine and leave values where they are',
  () => {
    const list = kernels();
    for (const op of ['MapStage', 'MapPeek', 'MapUnstage'])
      expect(list).toContain(`${op} on DEFAULT, all types; in the machine's memory: indices, key\n`);
    expect(list).toMatch(/^Bitcast on CPU, all types$/m);
    expect(list).toMatch(/^ShapeN on (DEFAULT|GPU), .*float32, float64.*; in the machine's memory: output$/m);
  },
);

it.skipIf(!linux)('what is no op has no kernels', () => expect(kernels('NoSuchOp')).toBe(''));
