import type { ErrorCode } from '@drydock/contracts';

/** What a code means, whoever is to blame. */
export interface ErrorRow {
  /** Whether a new attempt (platform, sandbox) or the same request again (caller) can succeed. */
  readonly retryable: boolean;
  readonly httpStatus: number;
  /** One sentence for people. */
  readonly summary: string;
  /** What to do next. */
  readonly next: string;
}

export type ErrorRows = Partial<Readonly<Record<ErrorCode, ErrorRow>>>;
