/** Which back ends computed what, in files of this program and of earlier ones, and in words. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addedBackEndWarnings, backEndWarnings } from '../../src/experiment/back-end-warnings.ts';
import type { UsedBackEnd } from '../../src/experiment/context.ts';
import { openStageClock } from '../../src/experiment/stage-clock.ts';
import { backEndsInWords, each, readBackEnds, writtenBackEnds } from '../../src/experiment/used-back-ends.ts';
import { openCheckpoint } from '../../src/store/checkpoint.ts';
import { writeJson } from '../../src/store/json.ts';
import { temporaryFolders } from '../setup/temporary.ts';

const native: UsedBackEnd = { name: 'tensorflow', version: 'tensorflow 2.9.1' };
const cardA: UsedBackEnd = { name: 'webgpu', version: 'tfjs 4.22.0 on card A' };
const cardB: UsedBackEnd = { name: 'webgpu', version: 'tfjs 4.22.0 on card B' };
const unknown: UsedBackEnd = { name: 'webgpu', version: null };

describe('back ends of a stage', () => {
  it('are written by name, with what each called itself, and read again', () => {
    const written = writtenBackEnds([cardA, native, cardB, cardA]);
    expect(written).toEqual({
      backEnds: ['webgpu', 'tensorflow'],
      versions: { webgpu: [cardA.version, cardB.version], tensorflow: [native.version] },
    });
    expect(readBackEnds(written)).toEqual([cardA, cardB, native]);
  });

  it('are read from files of earlier programs, which knew names alone, or nothing', () => {
    expect(readBackEnds({ backEnds: ['webgpu', 'cpu'] })).toEqual([unknown, { name: 'cpu', version: null }]);
    expect(readBackEnds({})).toEqual([]);
    expect(writtenBackEnds([unknown])).toEqual({ backEnds: ['webgpu'], versions: {} });
    expect(each([unknown, cardA])).toEqual([cardA]);
  });

  it('are told with their devices', () => {
    expect(backEndsInWords({ train: [native], record: [native], spectrum: [native, cardA], noise: [unknown] })).toBe(
      'train and record on tensorflow (2.9.1), spectrum on tensorflow (2.9.1) and webgpu (tfjs 4.22.0 on card A), noise on webgpu',
    );
  });

  it('of one more stage are warned of where they are others', () => {
    const before = { train: [native], compare: [native] };
    expect(addedBackEndWarnings(before, { ...before, controls: [native] })).toEqual([]);
    const after = { ...before, controls: [native, cardA] };
    expect(addedBackEndWarnings(before, after)).toEqual(backEndWarnings(after));
    // What stands in the summary already is not said again; what is more is.
    const later = { ...after, controls: [cardA] };
    expect(addedBackEndWarnings({ train: [native], compare: [cardA] }, later).map(({ code }) => code)).toEqual([
      'several-back-ends',
    ]);
  });
});

describe('the clock of a stage', () => {
  const folder = temporaryFolders();
  const go = (work: string, backEnd: UsedBackEnd) => {
    const clock = openStageClock(work, 'key', backEnd);
    clock.noting(openCheckpoint(join(work, 'piece'), 'key', 0)).save({}, {});
    return clock.backEnds;
  };

  it('knows the devices of those who worked on it before', () => {
    const work = join(folder(), 'work');
    expect(go(work, cardA)).toEqual([cardA]);
    expect(go(work, native)).toEqual([cardA, native]);
    expect(go(work, cardB)).toEqual([cardA, cardB, native]);
  });

  it('goes on with what earlier programs noted', () => {
    const work = folder();
    writeJson(join(work, 'spent.json'), { key: 'key', seconds: 3, backEnds: ['webgpu'] });
    expect(openStageClock(work, 'key', native)).toMatchObject({ before: 3, backEnds: [unknown, native] });
    writeJson(join(work, 'spent.json'), { key: 'key', seconds: 3 });
    expect(openStageClock(work, 'key', native)).toMatchObject({ before: 3, backEnds: [native] });
  });
});
