/** What is wrong with a source, for its sender. */
export class SourceProblem extends Error {
  /** JSON pointer to the part that is to blame. */
  readonly pointer: string | undefined;

  constructor(message: string, pointer?: string) {
    super(message);
    this.pointer = pointer;
  }
}
