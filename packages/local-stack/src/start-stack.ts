import { rm } from 'node:fs/promises';
import type { ApiUser } from './api-user.ts';
import { giveToApi, prepareApiUser } from './api-user.ts';
import { assertEngine } from './assert-engine.ts';
import { ChildService } from './child-service.ts';
import type { ReadyLine } from './child-service.ts';
import type { StackConfig } from './config.ts';
import type { DataDir } from './data-dir.ts';
import { ensureApiKey, openDataDir } from './data-dir.ts';
import { assertRedisUsable } from './assert-redis-usable.ts';
import { describePrivateRedis, redisSocket, waitForRedis } from './private-redis.ts';
import { describeApi, describeMonitor, describeScriptedModel, describeWorker } from './services.ts';
import type { ServiceContext } from './services.ts';
import { readSetupFacts } from './setup-facts.ts';
import { joinStartErrors } from './start-error.ts';

export type ServiceName = 'redis' | 'scripted-model' | 'api' | 'worker' | 'monitor';
type NodeServiceName = Exclude<ServiceName, 'redis'>;

/** A service ended that was not asked to. */
export interface ServiceExit {
  readonly name: ServiceName;
  /** How it ended and where its log is, for people. */
  readonly obituary: string;
}

/** A running installation: every service a child process of this one. Disposing stops them in order. */
export interface Stack extends AsyncDisposable {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly data: DataDir;
  /** Whether the scripted model answers instead of a real one. */
  readonly scripted: boolean;
  readonly redisUrl: string;
  /** As whom the api runs, and why not as itself. */
  readonly apiUser: ApiUser;
  /** Metrics addresses of worker and monitor. */
  readonly metricsUrls: Readonly<Record<'worker' | 'monitor', string>>;
  service(name: ServiceName): ChildService | undefined;
  /** Starts a service again, at the same address; one that still runs is stopped before. */
  restart(name: ServiceName): Promise<void>;
  /** Tells of every service that ends by itself. */
  onExit(listener: (exit: ServiceExit) => void): void;
}

const STOP_ORDER: readonly ServiceName[] = ['api', 'worker', 'monitor', 'scripted-model', 'redis'];

/**
 * Starts redis (unless one is given), the scripted model (unless a real one is), monitor, worker and api. Throws
 * StartError or ConfigError with what to do; whatever is thrown, nothing is left running. Rejects with the signal's
 * reason when it aborts first.
 */
export async function startStack(config: StackConfig, signal?: AbortSignal): Promise<Stack> {
  const data = await openDataDir(config.dataDir, config.stateRoot);
  const launched = new LaunchedStack(config, data);
  try {
    await untilAborted(launched.start(), signal);
    return launched;
  } catch (error) {
    await launched[Symbol.asyncDispose]();
    throw error;
  }
}

class LaunchedStack implements Stack {
  readonly data: DataDir;
  readonly scripted: boolean;
  readonly #services = new Map<ServiceName, ChildService>();
  readonly #metricsUrls = { worker: '', monitor: '' };
  readonly #listeners: ((exit: ServiceExit) => void)[] = [];
  #config: StackConfig;
  #context: ServiceContext | undefined;
  #apiUser: ApiUser = { kind: 'launcher', because: 'it has not been started' };
  #apiUrl = '';
  #apiKey = '';
  #isDisposed = false;

  constructor(config: StackConfig, data: DataDir) {
    this.#config = config;
    this.data = data;
    this.scripted = config.model === undefined;
  }

  get apiUrl(): string {
    return this.#apiUrl;
  }

  get apiKey(): string {
    return this.#apiKey;
  }

  get metricsUrls(): Stack['metricsUrls'] {
    return this.#metricsUrls;
  }

  get apiUser(): ApiUser {
    return this.#apiUser;
  }

  get redisUrl(): string {
    return this.#started.redisUrl;
  }

  get #started(): ServiceContext {
    if (this.#context === undefined) throw new Error('The stack has not been started.');
    return { ...this.#context, config: this.#config };
  }

  service(name: ServiceName): ChildService | undefined {
    return this.#services.get(name);
  }

  onExit(listener: (exit: ServiceExit) => void): void {
    this.#listeners.push(listener);
  }

  async start(): Promise<void> {
    this.#apiKey = this.#config.apiKey ?? (await ensureApiKey(this.data.apiKeyFile));
    const { data } = this;
    const redisUrl = this.#config.redisUrl ?? redisSocket(data);
    if (this.#config.redisUrl !== undefined) await assertRedisUsable(this.#config.redisUrl);
    const found = await readSetupFacts();
    const facts = { ...found, dockerSocket: this.#config.dockerSocket ?? found.dockerSocket };
    await assertEngine(facts.dockerSocket);
    const prepared = await prepareApiUser(data, this.#config.redisUrl);
    this.#apiUser = prepared;
    const apiUser = prepared.kind === 'own' ? prepared.user : undefined;
    if (apiUser !== undefined) {
      await giveToApi(data.secretsPublicKeyFile, apiUser);
      if (this.#config.apiKey === undefined) await giveToApi(data.apiKeyFile, apiUser);
    }
    this.#context = { config: this.#config, data, facts, redisUrl, apiUser };
    await allOrJoined([
      ...(this.#config.redisUrl === undefined ? [this.#startRedis()] : []),
      ...(this.scripted ? [this.#startService('scripted-model')] : []),
    ]);
    await allOrJoined((['monitor', 'worker', 'api'] as const).map((name) => this.#startService(name)));
  }

  async restart(name: ServiceName): Promise<void> {
    await this.#services.get(name)?.stop();
    if (name === 'redis') await this.#startRedis();
    else await this.#startService(name);
  }

  async #startRedis(): Promise<void> {
    const socket = redisSocket(this.data);
    await rm(socket, { force: true });
    const redis = this.#launch('redis', new ChildService(describePrivateRedis(this.#started)));
    await waitForRedis(redis, socket).catch((error: unknown) => {
      redis.signal('SIGKILL');
      throw error;
    });
    const { apiUser } = this.#started;
    if (apiUser !== undefined) await giveToApi(socket, apiUser);
  }

  async #startService(name: NodeServiceName): Promise<void> {
    const child = this.#launch(name, new ChildService(this.#describe(name)));
    try {
      this.#note(name, await child.ready);
    } catch (error) {
      // One that is late is ended, and is heard of like any other that ends.
      child.signal('SIGKILL');
      throw error;
    }
  }

  #describe(name: NodeServiceName) {
    switch (name) {
      case 'scripted-model':
        return describeScriptedModel(this.#started);
      case 'api':
        return describeApi(this.#started);
      case 'worker':
        return describeWorker(this.#started);
      case 'monitor':
        return describeMonitor(this.#started);
    }
  }

  /** Remembers addresses: those that others have been told stay the same when a service is started again. */
  #note(name: NodeServiceName, ready: ReadyLine): void {
    const url = String(ready['url']);
    switch (name) {
      case 'scripted-model':
        this.#context = { ...this.#started, scriptedModelUrl: url };
        return;
      case 'api':
        this.#apiUrl = url;
        this.#config = { ...this.#config, apiPort: Number(new URL(url).port) };
        return;
      case 'worker':
      case 'monitor':
        this.#metricsUrls[name] = String(ready['metricsUrl']);
    }
  }

  #launch(name: ServiceName, child: ChildService): ChildService {
    this.#services.set(name, child);
    void this.#reportExit(name, child);
    if (this.#isDisposed) child.signal('SIGTERM');
    return child;
  }

  async #reportExit(name: ServiceName, child: ChildService): Promise<void> {
    await child.exited;
    if (child.stopping || this.#isDisposed) return;
    for (const listener of this.#listeners) listener({ name, obituary: child.obituary });
  }

  /** Jobs end before their watchers, watchers before the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    for (const name of STOP_ORDER) await this.#services.get(name)?.stop();
    await this.data.release();
  }
}

/** Waits for all, so that none is left starting; throws what they have to say, together. */
async function allOrJoined(starting: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(starting);
  const errors: unknown[] = [];
  for (const result of settled) if (result.status === 'rejected') errors.push(result.reason);
  if (errors.length > 0) throw joinStartErrors(errors);
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
