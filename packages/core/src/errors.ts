import type { Blame, ErrorBody, ErrorCode } from '@drydock/contracts';
import { ERROR_CATALOGUE } from './errors/catalogue.ts';

interface DrydockErrorOptions {
  /** What happened, for people: no stack, no host, no secret. */
  readonly message?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class. Its code picks everything else from the catalogue. */
export class DrydockError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, options: DrydockErrorOptions = {}) {
    super(options.message ?? ERROR_CATALOGUE[code].summary, { cause: options.cause });
    this.name = 'DrydockError';
    this.code = code;
    this.details = options.details ?? {};
  }

  get blame(): Blame {
    return ERROR_CATALOGUE[this.code].blame;
  }

  /** The form that jobs, events and problems carry. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: `${this.message} ${ERROR_CATALOGUE[this.code].next}`,
      blame: this.blame,
    };
  }
}

/** Gives back a DrydockError as it is and wraps anything else as `internal_error`. */
export function toDrydockError(error: unknown): DrydockError {
  return error instanceof DrydockError ? error : new DrydockError('internal_error', { cause: error });
}
