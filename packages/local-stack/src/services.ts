import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from './child-service.ts';
import type { StackConfig } from './config.ts';
import type { DataDir } from './data-dir.ts';
import type { SetupFacts } from './setup-facts.ts';

const START_TIMEOUT_MS = 30_000;

/** What the environments of the services are made from. */
export interface ServiceContext {
  readonly config: StackConfig;
  readonly data: DataDir;
  readonly facts: SetupFacts;
  readonly redisUrl: string;
  /** Address of the scripted model server, where it runs. */
  readonly scriptedModelUrl?: string;
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
    env: { ...context.config.inherited, DRYDOCK_EXIT_ON_STDIN_EOF: '1', ...definition.env },
    logFile: join(context.data.logsDir, `${definition.name}.log`),
    readiness: { event: definition.readyEvent, timeoutMs: START_TIMEOUT_MS },
  };
}

const common = ({ data, redisUrl }: ServiceContext): Record<string, string> => ({
  REDIS_URL: redisUrl,
  DRYDOCK_DATA_DIR: data.root,
});

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
  return service(context, {
    name: 'api',
    path: 'services/api',
    readyEvent: 'api.listening',
    env: {
      ...common(context),
      ...key,
      DRYDOCK_API_HOST: config.apiHost,
      DRYDOCK_API_PORT: String(config.apiPort),
    },
  });
}

/** The worker: the only process that is given the model key. */
export function describeWorker(context: ServiceContext): ServiceDefinition {
  const { config, facts } = context;
  return service(context, {
    name: 'worker',
    path: 'services/worker',
    readyEvent: 'worker.ready',
    env: {
      ...common(context),
      ...engine(context),
      ...modelEnvironment(context),
      DRYDOCK_SANDBOX_IMAGE: facts.imageId,
      DRYDOCK_RUNTIME_DIR: facts.runtimeDir,
      DRYDOCK_WORKER_METRICS_PORT: String(config.workerMetricsPort),
    },
  });
}

function modelEnvironment({ config, scriptedModelUrl }: ServiceContext): Record<string, string> {
  const { apiKey, baseUrl } = config.model ?? {};
  return {
    ...(apiKey === undefined ? {} : { OPENAI_API_KEY: apiKey }),
    ...(baseUrl === undefined ? {} : { DRYDOCK_MODEL_BASE_URL: baseUrl }),
    ...(scriptedModelUrl === undefined ? {} : { DRYDOCK_SCRIPTED_MODEL_URL: scriptedModelUrl }),
  };
}

/** The monitor: Docker and Redis, no key. */
export function describeMonitor(context: ServiceContext): ServiceDefinition {
  return service(context, {
    name: 'monitor',
    path: 'services/monitor',
    readyEvent: 'monitor.ready',
    env: {
      ...common(context),
      ...engine(context),
      DRYDOCK_MONITOR_METRICS_PORT: String(context.config.monitorMetricsPort),
    },
  });
}

export function describeScriptedModel(context: Pick<ServiceContext, 'config' | 'data'>): ServiceDefinition {
  return service(context, {
    name: 'scripted-model',
    path: 'packages/scripted-model',
    readyEvent: 'scripted_model.listening',
    env: {
      DRYDOCK_SCRIPTED_MODEL_PORT: '0',
      DRYDOCK_SCRIPTED_MODEL_TRANSCRIPTS: context.config.transcriptDirs.join(':'),
    },
  });
}
