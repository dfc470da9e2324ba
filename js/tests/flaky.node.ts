import type { Reporter, TestCase } from "vitest/node";

/** Names what passed only the second time, at the end of the run. */
export default class Flaky implements Reporter {
  readonly #names: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky)
      this.#names.push(`${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestRunEnd(): void {
    // As tests/test_browser_units.py reads it.
    for (const name of this.#names) console.log(`flaky, to be mended: ${name}`);
  }
}
