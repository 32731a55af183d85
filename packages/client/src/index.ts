export { createClient } from './create-client.ts';
export type { Client, ClientOptions } from './create-client.ts';
export type { ClientClock, Watchdog } from './client-clock.ts';
export { ClientError } from './client-error.ts';
export { parseServerSentEvents } from './parse-server-sent-events.ts';
export type { ServerSentEvent } from './parse-server-sent-events.ts';
