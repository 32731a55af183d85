import { isAbsolute } from 'node:path';
import { InstanceId } from '@drydock/contracts';
import type { Env } from '@drydock/service-kit';
import { SERVICE_ENV, Secret, parseConfig, secretText, webhookAllowHosts } from '@drydock/service-kit';
import { z } from 'zod';
import type { MonitorDeps } from './deps.ts';
import { WEBHOOK_SECRET } from './webhooks/webhook-signer.ts';

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
  DRYDOCK_RETENTION_DAYS: z.coerce
    .number()
    .positive()
    .max(3_650)
    .default(30)
    .describe('how many days a job is kept after its end, up to 3650'),
  DRYDOCK_AUDIT_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(7)
    .max(36_500)
    .optional()
    .describe('after how many days audit files are removed, 7 to 36500; kept for ever where it is not set'),
  DRYDOCK_RETENTION_JOBS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .default(10_000)
    .describe('how many ended jobs are kept, 1 to 10000000'),
  DRYDOCK_ARTIFACTS_MB: z.coerce
    .number()
    .int()
    .min(1)
    .default(10_240)
    .describe('what the artifacts of jobs may take of the disk, MiB'),
  DRYDOCK_EGRESS_RULES_FILE: absolutePath
    .optional()
    .describe('the absolute path of the rules of the egress gateway'),
  DRYDOCK_EGRESS_PROXY: secretText()
    .optional()
    .describe('the proxy that all egress goes through, http(s)://[user:password@]host:port'),
  DRYDOCK_EGRESS_CA_FILE: absolutePath
    .optional()
    .describe('the absolute path of certificates in PEM that egress trusts beside the well-known ones'),
  DRYDOCK_WEBHOOK_SECRET: z
    .string()
    .regex(WEBHOOK_SECRET, 'no such key')
    .transform((text) => new Secret(text))
    .optional()
    .describe(
      'the key that webhooks are signed with: whsec_ and 24 to 64 bytes in base64 (docs/webhooks.md)',
    ),
  DRYDOCK_WEBHOOK_ALLOW_HOSTS: webhookAllowHosts,
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

const DAY_MS = 24 * 60 * 60 * 1_000;
const MIB = 1_024 * 1_024;
/** Below the share from which on the store refuses new jobs, so that it does not come to that. */
const MAX_MEMORY_SHARE = 0.75;
/** Whoever follows a job to its end comes to read it within this time. */
const MIN_AGE_MS = 10 * 60 * 1_000;

/** What is kept of jobs that are over. */
export function toRetention(config: MonitorConfig): MonitorDeps['retention'] {
  return {
    maxAgeMs: config.DRYDOCK_RETENTION_DAYS * DAY_MS,
    maxJobs: config.DRYDOCK_RETENTION_JOBS,
    maxMemoryShare: MAX_MEMORY_SHARE,
    minAgeMs: MIN_AGE_MS,
    maxArtifactBytes: config.DRYDOCK_ARTIFACTS_MB * MIB,
  };
}

export type MonitorConfig = Readonly<z.output<typeof MonitorEnvironment>>;

/** Throws ConfigError that lists every bad variable. */
export function parseMonitorConfig(env: Env = process.env): MonitorConfig {
  return parseConfig(MonitorEnvironment, env);
}
