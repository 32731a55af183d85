import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceUser } from './api-user.ts';
import type { ServiceDefinition } from './child-service.ts';
import type { StackConfig } from './config.ts';
import type { DataDir } from './data-dir.ts';
import type { SetupFacts } from './setup-facts.ts';

const START_TIMEOUT_MS = 30_000;
/** Settings that may hold a secret go to the worker, which acts for jobs, and to nobody else. */
const SECRET_NAME = /(?:KEY|SECRET|TOKEN|PASSWORD)(?:_ID|_FILE)?$/;
/** But for this, which only the monitor signs with. */
const WEBHOOK_SECRET = /^DRYDOCK_WEBHOOK_SECRET(?:_FILE)?$/;

/** What the environments of the services are made from. */
export interface ServiceContext {
  readonly config: StackConfig;
  readonly data: DataDir;
  readonly facts: SetupFacts;
  readonly redisUrl: string;
  /** Of the api, where it is another's than the launcher's. */
  readonly apiUser?: ServiceUser | undefined;
  /** Address of the scripted model server, where it runs. */
  readonly scriptedModelUrl?: string | undefined;
}

const main = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}/src/main.ts`, import.meta.url));

function service(
  context: Pick<ServiceContext, 'config' | 'data'>,
  definition: { name: string; path: string; readyEvent: string; env: Record<string, string> },
): ServiceDefinition {
  return {
    name: definition.name,
    command: process.execPath,
    args: [main(definition.path)],
    env: { ...context.config.inherited, ...definition.env, DRYDOCK_EXIT_ON_STDIN_EOF: '1' },
    logFile: join(context.data.logsDir, `${definition.name}.log`),
    readiness: { event: definition.readyEvent, timeoutMs: START_TIMEOUT_MS },
  };
}

const common = ({ config, data, redisUrl }: ServiceContext): Record<string, string> => ({
  ...without(SECRET_NAME, config.settings),
  REDIS_URL: redisUrl,
  DRYDOCK_REDIS_PREFIX: prefixOf(config, data),
  DRYDOCK_DATA_DIR: data.root,
});

/** In a Redis of its own an installation needs no name; in a shared one it must not meet another. */
function prefixOf({ redisUrl, redisPrefix }: StackConfig, { instanceId }: DataDir): string {
  return redisPrefix ?? (redisUrl === undefined ? 'drydock' : `drydock-${instanceId}`);
}

function without(names: RegExp, settings: StackConfig['settings']): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.test(name)));
}

const engine = ({ data, facts }: ServiceContext): Record<string, string> => ({
  DRYDOCK_INSTANCE_ID: data.instanceId,
  DRYDOCK_STATE_DIR: data.stateDir,
  DRYDOCK_DOCKER_SOCKET: facts.dockerSocket,
});

/** The API: no Docker socket, no model key. */
export function describeApi(context: ServiceContext): ServiceDefinition {
  const { config, data } = context;
  const key =
    config.apiKey === undefined
      ? { DRYDOCK_API_KEY_FILE: data.apiKeyFile }
      : { DRYDOCK_API_KEY: config.apiKey };
  const described = service(context, {
    name: 'api',
    path: 'services/api',
    readyEvent: 'api.listening',
    env: {
      ...common(context),
      ...key,
      ...secretsKey(context, 'PUBLIC'),
      DRYDOCK_API_HOST: config.apiHost,
      DRYDOCK_API_PORT: String(config.apiPort),
    },
  });
  const { apiUser: user } = context;
  return user === undefined ? described : { ...described, user };
}

/** The worker: the only process that is given the model key, and the key of checkpoints. */
export function describeWorker(context: ServiceContext): ServiceDefinition {
  const { config, data, facts } = context;
  return service(context, {
    name: 'worker',
    path: 'services/worker',
    readyEvent: 'worker.ready',
    env: {
      ...(config.settings['DRYDOCK_CHECKPOINT_KEY'] === undefined
        ? { DRYDOCK_CHECKPOINT_KEY_FILE: data.checkpointKeyFile }
        : {}),
      ...without(WEBHOOK_SECRET, config.settings),
      ...secretsKey(context, 'PRIVATE'),
      ...common(context),
      ...engine(context),
      ...modelEnvironment(context),
      DRYDOCK_SANDBOX_IMAGE: facts.imageId,
      DRYDOCK_RUNTIME_DIR: facts.runtimeDir,
      DRYDOCK_WORKER_METRICS_PORT: String(config.workerMetricsPort),
    },
  });
}

/** The key of the operator, or the one that is kept in the data directory: public for the api, private for workers. */
function secretsKey(context: ServiceContext, half: 'PUBLIC' | 'PRIVATE'): Record<string, string> {
  const { secretsPublicKeyFile, secretsPrivateKeyFile } = context.data;
  const file = half === 'PUBLIC' ? secretsPublicKeyFile : secretsPrivateKeyFile;
  return givenOr(context, `DRYDOCK_SECRETS_${half}_KEY`, file);
}

function givenOr({ config }: ServiceContext, name: string, file: string): Record<string, string> {
  const given = [name, `${name}_FILE`].flatMap((variable) => {
    const value = config.settings[variable];
    return value === undefined ? [] : [[variable, value] as const];
  });
  if (given.length > 0) return Object.fromEntries(given);
  return { [`${name}_FILE`]: file };
}

function modelEnvironment({ config, scriptedModelUrl }: ServiceContext): Record<string, string> {
  const { apiKey, baseUrl } = config.model ?? {};
  return {
    ...(apiKey === undefined ? {} : { OPENAI_API_KEY: apiKey }),
    ...(baseUrl === undefined ? {} : { DRYDOCK_MODEL_BASE_URL: baseUrl }),
    ...(scriptedModelUrl === undefined ? {} : { DRYDOCK_SCRIPTED_MODEL_URL: scriptedModelUrl }),
  };
}

/** The monitor: Docker, Redis, and the key of webhooks; none that opens or signs anything else. */
export function describeMonitor(context: ServiceContext): ServiceDefinition {
  return service(context, {
    name: 'monitor',
    path: 'services/monitor',
    readyEvent: 'monitor.ready',
    env: {
      ...common(context),
      ...engine(context),
      ...givenOr(context, 'DRYDOCK_WEBHOOK_SECRET', context.data.webhookSecretFile),
      DRYDOCK_MONITOR_METRICS_PORT: String(context.config.monitorMetricsPort),
    },
  });
}

/** Its port is the system's choice the first time and stays: the worker has been told the address. */
export function describeScriptedModel(
  context: Pick<ServiceContext, 'config' | 'data' | 'scriptedModelUrl'>,
): ServiceDefinition {
  const { scriptedModelUrl: url } = context;
  return service(context, {
    name: 'scripted-model',
    path: 'packages/scripted-model',
    readyEvent: 'scripted_model.listening',
    env: {
      DRYDOCK_SCRIPTED_MODEL_PORT: url === undefined ? '0' : new URL(url).port,
      DRYDOCK_SCRIPTED_MODEL_TRANSCRIPTS: context.config.transcriptDirs.join(':'),
    },
  });
}
