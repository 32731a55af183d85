import { DrydockError } from '@drydock/core';

/** Whether the engine answered no with that HTTP status. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof DrydockError && error.details['status'] === status;
}

/** HTTP status of a vendor's error; undefined where the engine did not answer. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
