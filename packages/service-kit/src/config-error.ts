/** `EX_CONFIG` of sysexits.h: the machine or its settings must change before a new start can succeed. */
export const EXIT_CONFIG = 78;

export interface ConfigProblem {
  /** The environment variable to change. */
  readonly variable: string;
  /** What is wrong and what to set; never the value itself, which may be a secret. */
  readonly problem: string;
}

/** A service cannot start with its present settings. `runService` prints it and exits with 78. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options: { readonly cause?: unknown } = {}) {
    super(problems.map(({ variable, problem }) => `${variable} ${problem}`).join('\n'), options);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
