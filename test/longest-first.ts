/**
 * The order of test files where nothing is known of earlier times. The usual one, the largest file first, leaves to the end
 * the short files that start long processes: the last of them runs alone.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONG = /\/test\/(browser|cli|experiment\/run|slurm)\//;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(long), ...sorted.filter((file) => !long(file))];
  }
}
