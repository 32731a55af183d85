/** What is wrong with a source, for its sender. */
export class SourceProblem extends Error {
  /** JSON pointer to the part that is to blame. */
  readonly pointer: string | undefined;

  constructor(message: string, options: { readonly pointer?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.pointer = options.pointer;
  }
}
