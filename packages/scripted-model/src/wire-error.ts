/** A refused request as the API answers it. */
export interface WireError {
  readonly status: number;
  readonly code: 'invalid_json' | 'invalid_request' | 'model_not_found' | 'not_found' | 'transcript_departed';
  readonly message: string;
}

/** The body of an error answer. A scripted failure may have any code. */
export function toErrorBody({
  message,
  code,
}: {
  readonly message: string;
  readonly code: string | null;
}): object {
  return { error: { message, type: 'invalid_request_error', param: null, code } };
}
