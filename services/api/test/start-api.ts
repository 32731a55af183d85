import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditDirectory, DirectoryStore } from '@drydock/artifacts';
import type {
  Approval,
  ArtifactName,
  Digest,
  JobEventBody,
  JobId,
  JobRecord,
  SignedCheckpoint,
} from '@drydock/contracts';
import { JobJson, WorkerId } from '@drydock/contracts';
import type { ApprovalStore, ArtifactStore, AuditLog, JobStore, Lease, TerminalState } from '@drydock/core';
import { LIMITS, NO_USAGE, newApprovalId } from '@drydock/core';
import { openQueue } from '@drydock/queue';
import type { SecretSealer } from '@drydock/service-kit';
import { Secret, createLogger, listen, systemClock } from '@drydock/service-kit';
import { buildApprovalRequest } from '@drydock/testing';
import { buildApp } from '../src/app.ts';
import { closeHttpServer, createHttpServer } from '../src/http-server.ts';
import { createApiMetrics } from '../src/metrics.ts';
import { openRecords } from '../src/open-records.ts';
import { OutboxDispatcher } from '../src/outbox-dispatcher.ts';
import { StoreReadiness } from '../src/store-readiness.ts';

export const API_KEY = 'test-key-0123456789';
export const AUTHORIZED = { authorization: `Bearer ${API_KEY}`, 'x-request-id': 'r1' };
export const JSON_TYPE = { 'content-type': 'application/json' };
export const MINIMAL = {
  kind: 'fix',
  instruction: 'Make the test pass.',
  source: { type: 'files', files: [{ path: 'a.txt', content: 'a' }] },
};

/** Short enough for a test, and otherwise as configured. */
const STREAM_LIMITS = { maxStreams: 3, heartbeatMs: 200, stallMs: 500, maxBufferedBytes: 2 << 20 };
const RULES = {
  limits: LIMITS,
  callbackHosts: new Set<string>(),
  hasSsh: false,
  streamLimits: STREAM_LIMITS,
};
export const MAX_UPLOAD_BYTES = 4 << 20;
const WORKER_ID = WorkerId.parse('wrk_0123456789abcdef');
const LEASE_MS = 60_000;
const ADDRESS = { host: '127.0.0.1', port: 0, hostVariable: 'HOST', portVariable: 'PORT' };
const RESULT = {
  verified: false,
  summary: null,
  plan: null,
  checks: null,
  patch_bytes: 0,
  usage: NO_USAGE,
  warnings: [],
};

/** Where the bytes of a job's files are. */
export function digestOf(job: JobRecord | undefined): Digest {
  if (job?.spec.source.type !== 'files') throw new Error('The job has no files.');
  return job.spec.source.digest;
}

/** The API of this repository on loopback, in this process, over a real Redis. */
export class TestApi implements AsyncDisposable {
  readonly url: string;
  /** The same on a unix socket: what waits in it for a client is little, whatever this machine gives to TCP. */
  readonly socketPath: string;
  readonly artifacts: ArtifactStore;
  readonly artifactsDir: string;
  readonly #store: JobStore;
  readonly #approvals: ApprovalStore;
  readonly #audit: AuditLog;
  readonly #close: () => Promise<void>;

  constructor(parts: {
    audit: AuditLog;
    url: string;
    socketPath: string;
    artifacts: ArtifactStore;
    artifactsDir: string;
    store: JobStore;
    approvals: ApprovalStore;
    close: () => Promise<void>;
  }) {
    this.url = parts.url;
    this.socketPath = parts.socketPath;
    this.artifactsDir = parts.artifactsDir;
    this.artifacts = parts.artifacts;
    this.#store = parts.store;
    this.#approvals = parts.approvals;
    this.#audit = parts.audit;
    this.#close = parts.close;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, { headers: { ...AUTHORIZED, ...headers } });
  }

  post(body: string, headers: Record<string, string> = JSON_TYPE): Promise<Response> {
    return fetch(`${this.url}/v1/jobs`, { method: 'POST', body, headers: { ...AUTHORIZED, ...headers } });
  }

  async submit(change: object = {}): Promise<JobJson> {
    return JobJson.parse(await (await this.post(JSON.stringify({ ...MINIMAL, ...change }))).json());
  }

  cancel(jobId: string): Promise<Response> {
    return fetch(`${this.url}/v1/jobs/${jobId}/cancel`, { method: 'POST', headers: AUTHORIZED });
  }

  continue(jobId: JobId, body?: string, headers: Record<string, string> = JSON_TYPE): Promise<Response> {
    const init =
      body === undefined ? { headers: AUTHORIZED } : { body, headers: { ...AUTHORIZED, ...headers } };
    return fetch(`${this.url}/v1/jobs/${jobId}/continue`, { method: 'POST', ...init });
  }

  find(jobId: JobId): Promise<JobRecord | undefined> {
    return this.#store.find(jobId);
  }

  /** Moves audit entries up to a number to files, as a monitor would. */
  async moveAudit(throughSeq: number): Promise<void> {
    const archive = new AuditDirectory(join(this.artifactsDir, 'audit'));
    await this.#audit.trim(await archive.put(await this.#audit.read(0, throughSeq)));
  }

  /** Claims the job, as a worker would. */
  async work(jobId: JobId): Promise<TestWorker> {
    const claim = await this.#store.claim({ jobId, fence: 0, workerId: WORKER_ID, leaseMs: LEASE_MS });
    if (claim.kind === 'refused') throw new Error(claim.reason);
    return new TestWorker({ ...this.#stores(), lease: claim.lease });
  }

  #stores() {
    return { store: this.#store, approvals: this.#approvals, artifacts: this.artifacts };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

/** Writes events and results of one job through the door that workers use. */
class TestWorker {
  readonly #store: JobStore;
  readonly #approvals: ApprovalStore;
  readonly #artifacts: ArtifactStore;
  readonly #lease: Lease;

  constructor(parts: { store: JobStore; approvals: ApprovalStore; artifacts: ArtifactStore; lease: Lease }) {
    this.#store = parts.store;
    this.#approvals = parts.approvals;
    this.#artifacts = parts.artifacts;
    this.#lease = parts.lease;
  }

  /** Asks a person, from the planning state. */
  async ask(ttlMs = 60_000): Promise<Approval> {
    await this.#store.transition(this.#lease, { from: 'starting', to: 'planning' });
    return this.#approvals.ask(this.#lease, { id: newApprovalId(), request: buildApprovalRequest(), ttlMs });
  }

  async say(times: number, text = 'hello'): Promise<void> {
    const event: JobEventBody = { type: 'message.added', data: { role: 'assistant', text } };
    await this.#store.appendEvents(
      this.#lease,
      Array.from({ length: times }, () => event),
    );
  }

  /** Stores an artifact while the job goes on. */
  async keep(name: ArtifactName, text: string): Promise<Digest> {
    const digest = await this.#artifacts.put(Buffer.from(text));
    await this.#store.putArtifact(this.#lease, { [name]: digest });
    return digest;
  }

  /** Records what can be gone on from. */
  async record(signedCheckpoint: SignedCheckpoint): Promise<void> {
    await this.#store.putArtifact(this.#lease, {}, { signedCheckpoint });
  }

  /** Ends the job, with a patch where one is given. */
  async finish(diff?: string, to: TerminalState = 'failed'): Promise<void> {
    const artifacts =
      diff === undefined ? {} : { 'patch.diff': await this.#artifacts.put(Buffer.from(diff)) };
    await this.#store.commit(this.#lease, { to, result: RESULT, error: null, artifacts });
  }
}

export interface ApiOptions {
  readonly maxQueued?: number;
  readonly sealer?: SecretSealer;
}

export async function startApi(redisUrl: string, { maxQueued, sealer }: ApiOptions = {}): Promise<TestApi> {
  const clock = systemClock;
  const logger = createLogger({ service: 'api', level: 'silent', destination: 'stderr' });
  const metrics = createApiMetrics();
  const queue = openQueue({ url: redisUrl, maxQueued });
  const dir = await mkdtemp(join(tmpdir(), 'drydock-api-'));
  const artifacts = new DirectoryStore(dir);
  const outbox = new OutboxDispatcher({ sweeper: queue.sweeper, logger, failures: metrics.outboxFailures });
  const readiness = new StoreReadiness({ health: queue, clock, logger });
  const shutdown = new AbortController();
  await readiness.waitUntilDurable(shutdown.signal);
  const app = buildApp({
    artifacts,
    outbox,
    clock,
    logger,
    metrics,
    ...openRecords(queue, { auditDir: join(dir, 'audit'), secretSealer: sealer }),
    uploads: queue.uploads,
    maxUploads: 8,
    maxUploadBytes: MAX_UPLOAD_BYTES,
    store: queue.store,
    approvals: queue.approvals,
    feed: queue.feed,
    apiKey: new Secret(API_KEY),
    ...RULES,
    shutdown: shutdown.signal,
    assertDurable: () => readiness.assertDurable(),
    assertReady: (signal) => readiness.assertReady(signal),
  });
  const server = createHttpServer(app);
  const url = await listen(server, ADDRESS);
  const socketPath = `${dir}.sock`;
  const local = await listenLocally(createHttpServer(app), socketPath);
  const close = async () => {
    shutdown.abort();
    await Promise.all([server, local].map(closeHttpServer));
    await outbox.idle();
    await queue.close();
    await rm(dir, { recursive: true });
  };
  return new TestApi({ ...queue, url, socketPath, artifacts, artifactsDir: dir, close });
}

async function listenLocally(server: Server, socketPath: string): Promise<Server> {
  server.listen(socketPath);
  await once(server, 'listening');
  return server;
}
