import { isAbsolute } from 'node:path';
import { InstanceId } from '@drydock/contracts';
import type { Env } from '@drydock/service-kit';
import { SERVICE_ENV, parseConfig } from '@drydock/service-kit';
import { z } from 'zod';

const absolutePath = z.string().refine(isAbsolute, 'not an absolute path');

const MonitorEnvironment = z.object({
  ...SERVICE_ENV,
  DRYDOCK_INSTANCE_ID: InstanceId.describe(
    'eight characters of 0-9 and a-z, the same for worker and monitor',
  ),
  DRYDOCK_STATE_DIR: absolutePath
    .optional()
    .describe('the absolute path of mounts and sockets, as the worker has it'),
  DRYDOCK_DOCKER_SOCKET: absolutePath
    .default('/var/run/docker.sock')
    .describe('the path of the socket of Docker Engine'),
  DRYDOCK_MONITOR_METRICS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('the address that /metrics listens on'),
  DRYDOCK_MONITOR_METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(9103)
    .describe('a port for /metrics, 0 to let the system pick'),
});

export type MonitorConfig = Readonly<z.output<typeof MonitorEnvironment>>;

/** Throws ConfigError that lists every bad variable. */
export function parseMonitorConfig(env: Env = process.env): MonitorConfig {
  return parseConfig(MonitorEnvironment, env);
}
