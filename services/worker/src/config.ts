import { isAbsolute } from 'node:path';
import { InstanceId } from '@drydock/contracts';
import type { Env } from '@drydock/service-kit';
import { SERVICE_ENV, parseConfig, secretText } from '@drydock/service-kit';
import { z } from 'zod';

const absolutePath = z.string().refine(isAbsolute, 'not an absolute path');
const port = z.coerce.number().int().min(0).max(65_535);

const WorkerEnvironment = z.object({
  ...SERVICE_ENV,
  DRYDOCK_INSTANCE_ID: InstanceId.describe(
    'eight characters of 0-9 and a-z, the same for worker and monitor',
  ),
  DRYDOCK_STATE_DIR: absolutePath.optional().describe('a short absolute path for mounts and sockets'),
  DRYDOCK_DOCKER_SOCKET: absolutePath
    .default('/var/run/docker.sock')
    .describe('the path of the socket of Docker Engine'),
  DRYDOCK_SANDBOX_IMAGE: z.string().min(1).describe('the ID of the sandbox image, sha256:…'),
  DRYDOCK_RUNTIME_DIR: absolutePath.describe('the directory of the injected runtime that setup made'),
  DRYDOCK_WORKER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe('how many attempts run at once, 1 to 64'),
  DRYDOCK_WORKER_LEASE_SECONDS: z.coerce
    .number()
    .int()
    .min(3)
    .max(120)
    .default(10)
    .describe('how long a lease lives without a heartbeat, 3 to 120'),
  DRYDOCK_WORKER_METRICS_PORT: port.default(9102).describe('a port for /metrics, 0 to let the system pick'),
  OPENAI_API_KEY: secretText().optional().describe('the key of the model API'),
  DRYDOCK_MODEL_BASE_URL: z.url().optional().describe('the address of an OpenAI-compatible server'),
  DRYDOCK_SCRIPTED_MODEL_URL: z.url().optional().describe('the address of the scripted model server'),
});

export type WorkerConfig = Readonly<z.output<typeof WorkerEnvironment>>;

/** Throws ConfigError that lists every bad variable. */
export function parseWorkerConfig(env: Env = process.env): WorkerConfig {
  return parseConfig(WorkerEnvironment, env);
}

/** Which model server answers. The scripted one only where neither a key nor an address of a real one is set. */
export function chooseModelServer(config: WorkerConfig): { apiKey: string; baseUrl: string | undefined } {
  const { OPENAI_API_KEY: key, DRYDOCK_MODEL_BASE_URL: real, DRYDOCK_SCRIPTED_MODEL_URL: scripted } = config;
  const baseUrl = key === undefined && real === undefined ? scripted : real;
  return { apiKey: key?.reveal() ?? 'none', baseUrl };
}
