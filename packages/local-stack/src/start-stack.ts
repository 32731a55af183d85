import { readFile } from 'node:fs/promises';
import { ChildService } from './child-service.ts';
import type { StackConfig } from './config.ts';
import type { DataDir } from './data-dir.ts';
import { openDataDir } from './data-dir.ts';
import { startPrivateRedis } from './private-redis.ts';
import { describeApi, describeMonitor, describeScriptedModel, describeWorker } from './services.ts';
import type { ServiceContext } from './services.ts';
import { readSetupFacts } from './setup-facts.ts';

export type ServiceName = 'redis' | 'scripted-model' | 'api' | 'worker' | 'monitor';

/** A running installation: every service a child process of this one. Disposing stops them in order. */
export interface Stack extends AsyncDisposable {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly data: DataDir;
  /** Whether the scripted model answers instead of a real one. */
  readonly scripted: boolean;
  readonly redisUrl: string;
  /** Metrics addresses of worker and monitor. */
  readonly metricsUrls: Readonly<Record<'worker' | 'monitor', string>>;
  service(name: ServiceName): ChildService | undefined;
  /** Starts a service again after its process has ended. */
  restart(name: 'worker' | 'monitor'): Promise<void>;
  /** Resolves with the name of the first service that ends by itself. */
  readonly firstExit: Promise<ServiceName>;
}

/** Starts redis (unless one is given), the scripted model (unless a real one is), monitor, worker and api. */
export async function startStack(config: StackConfig): Promise<Stack> {
  const data = await openDataDir(config.dataDir);
  const launched = new LaunchedStack(config, data);
  try {
    await launched.start();
    return launched;
  } catch (error) {
    await launched[Symbol.asyncDispose]();
    throw error;
  }
}

class LaunchedStack implements Stack {
  readonly data: DataDir;
  readonly scripted: boolean;
  readonly #config: StackConfig;
  readonly #services = new Map<ServiceName, ChildService>();
  readonly #metricsUrls = { worker: '', monitor: '' };
  readonly #firstExit = Promise.withResolvers<ServiceName>();
  #context: ServiceContext | undefined;
  #apiUrl = '';
  #apiKey = '';

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

  get firstExit(): Promise<ServiceName> {
    return this.#firstExit.promise;
  }

  get redisUrl(): string {
    return this.#started.redisUrl;
  }

  get #started(): ServiceContext {
    if (this.#context === undefined) throw new Error('The stack has not been started.');
    return this.#context;
  }

  service(name: ServiceName): ChildService | undefined {
    return this.#services.get(name);
  }

  async start(): Promise<void> {
    const { apiKey } = this.#config;
    this.#context = await this.#startBackends();
    this.#apiKey = apiKey ?? (await readFile(this.data.apiKeyFile, 'utf8')).trim();
    const [, , api] = await Promise.all([
      this.#startService('monitor'),
      this.#startService('worker'),
      this.#launch('api', new ChildService(describeApi(this.#context))).ready,
    ]);
    this.#apiUrl = String(api['url']);
  }

  async restart(name: 'worker' | 'monitor'): Promise<void> {
    await this.#services.get(name)?.stop();
    await this.#startService(name);
  }

  async #startBackends(): Promise<ServiceContext> {
    const base = { config: this.#config, data: this.data, facts: await readSetupFacts() };
    const [redisUrl, scriptedModelUrl] = await Promise.all([
      this.#startRedis(base),
      this.#startScriptedModel(base),
    ]);
    return { ...base, redisUrl, ...(scriptedModelUrl === undefined ? {} : { scriptedModelUrl }) };
  }

  async #startRedis(base: Pick<ServiceContext, 'config' | 'data' | 'facts'>): Promise<string> {
    if (this.#config.redisUrl !== undefined) return this.#config.redisUrl;
    const redis = await startPrivateRedis(base);
    this.#launch('redis', redis.process);
    return redis.url;
  }

  async #startScriptedModel(base: Pick<ServiceContext, 'config' | 'data'>): Promise<string | undefined> {
    if (!this.scripted) return undefined;
    const ready = await this.#launch('scripted-model', new ChildService(describeScriptedModel(base))).ready;
    return String(ready['url']);
  }

  async #startService(name: 'worker' | 'monitor'): Promise<void> {
    const describe = name === 'worker' ? describeWorker : describeMonitor;
    const ready = await this.#launch(name, new ChildService(describe(this.#started))).ready;
    this.#metricsUrls[name] = String(ready['metricsUrl']);
  }

  #launch(name: ServiceName, child: ChildService): ChildService {
    this.#services.set(name, child);
    void child.exited.then(() => this.#firstExit.resolve(name));
    return child;
  }

  /** Jobs end before their watchers, watchers before the store: api, worker, monitor, model, redis. */
  async [Symbol.asyncDispose](): Promise<void> {
    const order: readonly ServiceName[] = ['api', 'worker', 'monitor', 'scripted-model', 'redis'];
    for (const name of order) await this.#services.get(name)?.stop();
    await this.data.release();
  }
}
