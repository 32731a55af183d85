import type { TestModule, TestSpecification } from 'vitest/node';
import { MinimalReporter } from 'vitest/node';

const FILES_A_LINE = 20;

/**
 * For logs that are read afterwards: a line every 20 files, what fails as soon as it fails, and all of it again at the
 * end, with nothing behind it but the counts.
 */
export class ProgressReporter extends MinimalReporter {
  #files = 0;
  #ended = 0;

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications);
    this.#files = specifications.length;
    this.#ended = 0;
  }

  override onTestModuleEnd(testModule: TestModule): void {
    super.onTestModuleEnd(testModule);
    this.#ended += 1;
    if (this.#ended % FILES_A_LINE > 0 && this.#ended < this.#files) return;
    const seconds = Math.round((performance.now() - this.start) / 1_000);
    this.log(`${this.#ended} of ${this.#files} files, ${seconds} s`);
  }
}
