import { Problem } from '@drydock/contracts';

/** The server refused a request, or could not be asked. */
export class ClientError extends Error {
  /** What the server said; undefined where its answer was no problem document, or where it gave none. */
  readonly problem: Problem | undefined;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;

  constructor(message: string, options: { status: number; problem?: Problem | undefined; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'ClientError';
    this.status = options.status;
    this.problem = options.problem;
  }

  /** Whether the same request can succeed later. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Reads what a refused request was answered with. */
export async function toClientError(response: Response): Promise<ClientError> {
  const body: unknown = await response.json().catch(() => undefined);
  const problem = Problem.safeParse(body).data;
  return new ClientError(problem?.detail ?? `The server answered ${response.status}.`, {
    status: response.status,
    problem,
  });
}
