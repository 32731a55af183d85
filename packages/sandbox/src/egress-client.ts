import {
  EGRESS_CONTROL_SOCKET,
  EgressQuotas,
  type EgressDecision,
  type EgressGrant,
  type EgressRequest,
  type EgressResponse,
  type JobId,
  type SandboxId,
} from '@drydock/contracts';
import { DrydockError, type Clock } from '@drydock/core';
import { join } from 'node:path';
import { EgressConnection } from './egress-connection.ts';
import { buildEgressEnvironment } from './egress-environment.ts';
import { EgressGrants } from './egress-grants.ts';
import { slotPaths } from './slot-paths.ts';
import { untilAborted } from './until-aborted.ts';

/** The monitor has the gateway back within 5 s of its death. */
const OPEN_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 5_000;
const RETRY_MS = 250;
const CLOSE_TIMEOUT_MS = 3_000;

export interface EgressOptions {
  readonly sandboxId: SandboxId;
  readonly jobId: JobId;
  /** The one that the sandbox was started with, where its spec named one. */
  readonly runtime?: string;
  readonly grants: readonly EgressGrant[];
  readonly quotas?: Partial<EgressQuotas>;
  /** Told of every decision, many of a kind together where they come too fast. */
  readonly onDecision: (decision: EgressDecision) => void;
  /** `lost`: the gateway is gone, and nothing gets out until it is `back`. */
  readonly onAvailability?: (state: 'lost' | 'back') => void;
}

/** A sandbox's way out. It ends when this is disposed, with its process, or with the signal. */
export interface EgressLine extends AsyncDisposable {
  /** What commands have to find in their environment to use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Adds grants; one with a known id takes its place. */
  grant(grants: readonly EgressGrant[]): void;
  /** Takes grants back and cuts what is connected through them. */
  revoke(ids: readonly string[]): void;
  /** Resolves with what was carried since the gateway was last lost, when the line is closed; undefined where nobody knows. */
  readonly ended: Promise<EgressBytes | undefined>;
}

export interface EgressBytes {
  readonly bytesUp: number;
  readonly bytesDown: number;
}

interface EgressHost {
  readonly stateDir: string;
  readonly clock: Clock;
}

/** Opens a way out of a running sandbox. Throws `egress_unavailable` where no gateway opens it within 10 s. */
export async function openEgress(
  host: EgressHost,
  options: EgressOptions,
  signal: AbortSignal,
): Promise<EgressLine> {
  const client = new EgressClient(host, options, signal);
  try {
    await client.start();
    return client;
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}

class EgressClient implements EgressLine {
  readonly ended: Promise<EgressBytes | undefined>;
  readonly #host: EgressHost;
  readonly #options: EgressOptions;
  readonly #granted = new EgressGrants();
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  readonly #isEnded = Promise.withResolvers<EgressBytes | undefined>();
  #connection: EgressConnection | undefined;
  #trust = false;
  /** A gateway that is stopped in order says `closed` too: only whoever asked for it takes it for the end. */
  #isClosing = false;
  #bytes: EgressBytes | undefined;

  constructor(host: EgressHost, options: EgressOptions, signal: AbortSignal) {
    this.#host = host;
    this.#options = options;
    this.#signal = AbortSignal.any([signal, this.#end.signal]);
    this.ended = this.#isEnded.promise;
    this.#granted.add(options.grants, host.clock.now());
  }

  get environment(): Readonly<Record<string, string>> {
    return buildEgressEnvironment({ trust: this.#trust });
  }

  grant(grants: readonly EgressGrant[]): void {
    this.#granted.add(grants, this.#host.clock.now());
    if (grants.some(({ inject }) => inject !== undefined)) this.#trust = true;
    this.#connection?.send({ type: 'grant', grants: [...grants] });
  }

  revoke(ids: readonly string[]): void {
    this.#granted.remove(ids);
    this.#connection?.send({ type: 'revoke', ids: [...ids] });
  }

  async start(): Promise<void> {
    const inTime = AbortSignal.any([this.#signal, AbortSignal.timeout(OPEN_TIMEOUT_MS)]);
    const connection = await this.#connect([...this.#options.grants], inTime);
    void this.#keep(connection);
  }

  /** Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    const connection = this.#connection;
    this.#isClosing = true;
    if (connection !== undefined && !this.#signal.aborted) {
      connection.send({ type: 'close' });
      await this.#within(CLOSE_TIMEOUT_MS, connection.ended);
    }
    this.#end.abort(new Error('closed'));
    this.#connection?.cut();
    this.#isEnded.resolve(this.#bytes);
  }

  /** Opens the line again whenever the gateway was lost, until it is closed. */
  async #keep(first: EgressConnection): Promise<void> {
    const { onAvailability = () => undefined } = this.#options;
    const cut = () => this.#connection?.cut();
    this.#signal.addEventListener('abort', cut, { once: true });
    if (this.#signal.aborted) cut();
    try {
      for (let connection = first; ;) {
        await connection.ended;
        this.#connection = undefined;
        if (this.#signal.aborted || this.#isClosing) return;
        onAvailability('lost');
        connection = await this.#connect(undefined, this.#signal);
        onAvailability('back');
      }
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    } finally {
      this.#isEnded.resolve(this.#bytes);
    }
  }

  /** Tries until the gateway answers; throws `egress_unavailable` when the signal says enough. */
  async #connect(grants: EgressGrant[] | undefined, signal: AbortSignal): Promise<EgressConnection> {
    const { clock } = this.#host;
    for (let cause: unknown; ;) {
      if (signal.aborted) throw new DrydockError('egress_unavailable', { cause: cause ?? signal.reason });
      try {
        const connection = await this.#tryOpen(grants ?? this.#granted.remaining(clock.now()), signal);
        this.#connection = connection;
        return connection;
      } catch (error) {
        cause = error;
        await clock.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  async #tryOpen(grants: EgressGrant[], signal: AbortSignal): Promise<EgressConnection> {
    const { stateDir } = this.#host;
    const { sandboxId, jobId, quotas = {} } = this.#options;
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const opened = Promise.withResolvers<void>();
    const connection = await EgressConnection.open(
      join(stateDir, EGRESS_CONTROL_SOCKET),
      (response) => this.#take(response, opened.resolve),
      inTime,
    );
    const open: EgressRequest = {
      type: 'open',
      sandboxId,
      jobId,
      dir: slotPaths(stateDir, sandboxId).egress,
      grants,
      quotas: EgressQuotas.parse(quotas),
    };
    connection.send(open);
    const refused = connection.ended.then(() => Promise.reject(new Error('the gateway hung up')));
    // Of interest only until it is opened.
    refused.catch(() => undefined);
    try {
      await untilAborted(Promise.race([opened.promise, refused]), inTime);
      return connection;
    } catch (error) {
      connection.cut();
      throw error;
    }
  }

  #take(response: EgressResponse, onOpened: () => void): void {
    switch (response.type) {
      case 'opened':
        this.#trust = response.trust;
        return onOpened();
      case 'decided':
        return this.#options.onDecision(response.decision);
      case 'closed':
        this.#bytes = { bytesUp: response.bytesUp, bytesDown: response.bytesDown };
    }
  }

  async #within(timeoutMs: number, done: Promise<void>): Promise<void> {
    const released = new AbortController();
    const late = this.#host.clock.sleep(timeoutMs, released.signal).catch(() => undefined);
    await Promise.race([done, late]);
    released.abort();
  }
}
