import { JobEvent, JobEventBody } from '@drydock/contracts';
import type { ClientClock, Watchdog } from './client-clock.ts';
import { ClientError } from './client-error.ts';
import { parseServerSentEvents } from './parse-server-sent-events.ts';

/** Opens the event stream after a seq; undefined where the job has ended and there is nothing after it. */
export type OpenStream = (
  afterSeq: number,
  signal: AbortSignal,
) => Promise<AsyncIterable<Uint8Array> | undefined>;

export interface FollowOptions {
  readonly afterSeq: number;
  readonly clock: ClientClock;
}

/** Streams that may fail in a row without one event between them. */
const MAX_FAILURES = 6;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5_000;
/** The server sends a heartbeat every 15 s: three missed ones are a dead connection. */
const SILENCE_MS = 45_000;

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  JobEventBody.options.map((option) => option.shape.type.value),
);

/**
 * Every event after `afterSeq`, once and in order, until `job.finished`. A lost stream is opened again behind the
 * last event. Throws ClientError where the server refuses, or after six failures in a row.
 */
export async function* followEvents(
  open: OpenStream,
  options: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<JobEvent, void> {
  let { afterSeq } = options;
  let failures = 0;
  for (;;) {
    for await (const item of readStream(open, { ...options, afterSeq }, signal)) {
      switch (item.kind) {
        case 'ended':
          return;
        case 'lost':
          failures += 1;
          await options.clock.sleep(delayMs(failures, item.cause), signal);
          break;
        case 'received':
          failures = 0;
          afterSeq = item.seq;
          yield* item.events;
      }
    }
  }
}

type StreamItem =
  /** `events` is empty where a newer server sent a type that this client does not know. */
  | { readonly kind: 'received'; readonly seq: number; readonly events: readonly JobEvent[] }
  | { readonly kind: 'ended' }
  | { readonly kind: 'lost'; readonly cause: unknown };

/** One stream, whose last item is `ended` or `lost`. Throws what a new stream would not change. */
async function* readStream(
  open: OpenStream,
  options: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<StreamItem, void> {
  try {
    yield* receive(open, options, signal);
    yield { kind: 'lost', cause: undefined };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof ClientError && !cause.isTransient) throw cause;
    yield { kind: 'lost', cause };
  }
}

async function* receive(
  open: OpenStream,
  { afterSeq, clock }: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<StreamItem, void> {
  using watchdog = clock.watch(SILENCE_MS);
  const chunks = await open(afterSeq, AbortSignal.any([signal, watchdog.signal]));
  if (chunks === undefined) {
    yield { kind: 'ended' };
    return;
  }
  let lastSeq = afterSeq;
  for await (const message of parseServerSentEvents(touching(chunks, watchdog))) {
    const item = parseItem(message.data);
    // A repeat is dropped here, so that a caller never has to.
    if (item.seq <= lastSeq) continue;
    lastSeq = item.seq;
    yield item;
    if (item.events[0]?.type === 'job.finished') yield { kind: 'ended' };
  }
}

async function* touching(chunks: AsyncIterable<Uint8Array>, watchdog: Watchdog) {
  for await (const chunk of chunks) {
    watchdog.touch();
    yield chunk;
  }
}

function parseItem(data: string): Extract<StreamItem, { kind: 'received' }> {
  const json: unknown = JSON.parse(data);
  const event = JobEvent.safeParse(json);
  if (event.success) return { kind: 'received', seq: event.data.seq, events: [event.data] };
  const { seq, type } = json as { seq?: unknown; type?: unknown };
  if (typeof seq !== 'number' || typeof type !== 'string' || KNOWN_TYPES.has(type)) {
    throw new ClientError('The server sent an event that is none.', { status: 0, cause: event.error });
  }
  return { kind: 'received', seq, events: [] };
}

/** How long to wait before the next stream. Throws after six failures in a row. */
function delayMs(failures: number, cause: unknown): number {
  if (failures < MAX_FAILURES) return Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
  throw new ClientError(`The event stream failed ${MAX_FAILURES} times in a row.`, { status: 0, cause });
}
