/** Names every test that was skipped, at the end of a run: their names, or what was printed before, say why. */
import type { Reporter, TestModule } from 'vitest/node';

export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => {
        const { note } = test.result() as { note?: string };
        return `${module.relativeModuleId}: ${test.fullName}${note ? ` (${note})` : ''}`;
      }),
    );
    if (skipped.length > 0) process.stdout.write(`skipped:\n${skipped.map((line) => `  ${line}`).join('\n')}\n`);
  }
}
