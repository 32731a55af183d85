export { createClient } from './create-client.ts';
export type { Client, UploadBody } from './create-client.ts';
export type { ClientOptions } from './client-options.ts';
export type { ClientClock, Watchdog } from './client-clock.ts';
export { ClientError } from './client-error.ts';
export type { JobFilter } from './list-jobs.ts';
export { parseServerSentEvents } from './parse-server-sent-events.ts';
export type { ServerSentEvent } from './parse-server-sent-events.ts';
