export { createClient } from './create-client.ts';
export type { ApprovalAnswer, Client, UploadBody } from './create-client.ts';
export type { ClientOptions } from './client-options.ts';
export type { ClientClock, Watchdog } from './client-clock.ts';
/** @public thrown to users of the SDK */
export { ClientError } from './client-error.ts';
export type { JobFilter } from './list-jobs.ts';
export { describeResult } from './describe-result.ts';
