// @ts-check

/**
 * @typedef {object} Problem
 * @property {string} what What is wrong, as found.
 * @property {string} cure What the user does about it.
 */

/** What this machine cannot do, with what to do about it; ends setup with exit code 78. */
export class SetupProblem extends Error {
  /**
   * @param {readonly Problem[]} problems
   * @param {unknown} [cause]
   */
  constructor(problems, cause) {
    super(problems.map(({ what, cure }) => `${what} → ${cure}`).join('\n'), { cause });
    this.name = 'SetupProblem';
    this.problems = problems;
  }
}
