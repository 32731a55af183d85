import { join } from 'node:path';
import type { LimitTable } from '@drydock/core';
import { LIMITS } from '@drydock/core';
import type { Env } from '@drydock/service-kit';
import {
  ConfigError,
  SERVICE_ENV,
  parseConfig,
  secretText,
  secretsPublicKey,
  webhookAllowHosts,
} from '@drydock/service-kit';
import { z } from 'zod';
import type { LimitName } from './limit-variable.ts';
import { limitVariable } from './limit-variable.ts';

const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];
const MIB = 1_024 * 1_024;
const MIN_KEY_CHARS = 16;
/** A client that takes nothing for 30 s, or leaves 2 MiB waiting, is dropped: it loses nothing by coming back. */
const STREAM_LIMITS = { heartbeatMs: 15_000, stallMs: 30_000, maxBufferedBytes: 2 << 20 };

const LIMIT_ENV = Object.fromEntries(
  LIMIT_NAMES.flatMap((name) =>
    (['DEFAULT', 'MAX'] as const).map((part) => [
      limitVariable(name, part),
      z.coerce.number().positive().optional().describe(`a number for the limit ${name} of jobs`),
    ]),
  ),
);

const ApiEnv = z.object({
  ...SERVICE_ENV,
  ...LIMIT_ENV,
  DRYDOCK_API_HOST: z.string().default('127.0.0.1').describe('the address to listen on'),
  DRYDOCK_API_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('the port to listen on, 0 to let the system pick'),
  DRYDOCK_API_KEY: secretText(MIN_KEY_CHARS).describe(
    `the key that callers send, at least ${MIN_KEY_CHARS} characters; \`openssl rand -hex 32\` makes one`,
  ),
  DRYDOCK_SECRETS_PUBLIC_KEY: secretsPublicKey.optional(),
  DRYDOCK_WEBHOOK_ALLOW_HOSTS: webhookAllowHosts,
  // The file is the worker's: here it only says that there is ssh. The name of the key is none that this service is given.
  DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE: z
    .string()
    .optional()
    .describe('what the worker has, so that jobs with ssh git sources are taken'),
  DRYDOCK_QUEUE_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(1_000)
    .describe('how many jobs may wait before one more is refused, 1 to 1000000'),
  DRYDOCK_API_MAX_STREAMS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(500)
    .describe('how many event streams may be open at once, 1 to 10000'),
  DRYDOCK_API_MAX_UPLOADS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(8)
    .describe('how many uploads may be under way at once, 1 to 1000'),
  DRYDOCK_API_MAX_UPLOAD_MB: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_048)
    .default(256)
    .describe('how large an upload may be, 1 to 2048 MiB'),
});

/** The settings of the API. Throws ConfigError that lists every bad variable. */
export function readConfig(env: Env = process.env) {
  const parsed = parseConfig(ApiEnv, env);
  return Object.freeze({
    address: {
      host: parsed.DRYDOCK_API_HOST,
      port: parsed.DRYDOCK_API_PORT,
      hostVariable: 'DRYDOCK_API_HOST',
      portVariable: 'DRYDOCK_API_PORT',
    },
    apiKey: parsed.DRYDOCK_API_KEY,
    redisUrl: parsed.REDIS_URL,
    redisPrefix: parsed.DRYDOCK_REDIS_PREFIX,
    secretSealer: parsed.DRYDOCK_SECRETS_PUBLIC_KEY,
    callbackHosts: new Set(parsed.DRYDOCK_WEBHOOK_ALLOW_HOSTS),
    hasSsh: parsed.DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE !== undefined,
    auditDir: join(parsed.DRYDOCK_DATA_DIR, 'audit'),
    artifactsDir: join(parsed.DRYDOCK_DATA_DIR, 'artifacts'),
    maxQueued: parsed.DRYDOCK_QUEUE_MAX,
    streamLimits: { ...STREAM_LIMITS, maxStreams: parsed.DRYDOCK_API_MAX_STREAMS },
    maxUploads: parsed.DRYDOCK_API_MAX_UPLOADS,
    maxUploadBytes: parsed.DRYDOCK_API_MAX_UPLOAD_MB * MIB,
    logLevel: parsed.DRYDOCK_LOG_LEVEL,
    exitOnStdinEof: parsed.DRYDOCK_EXIT_ON_STDIN_EOF,
    limits: resolveTable(parsed as Readonly<Record<string, unknown>>),
  });
}

/** A lowered maximum lowers a default that was not set; a default over its maximum is refused. */
function resolveTable(parsed: Readonly<Record<string, unknown>>): LimitTable {
  const numberOf = (name: LimitName, part: 'DEFAULT' | 'MAX') => {
    const value = parsed[limitVariable(name, part)];
    return typeof value === 'number' ? value : undefined;
  };
  const rows = LIMIT_NAMES.map((name) => {
    const maximum = numberOf(name, 'MAX') ?? LIMITS[name].maximum;
    const value = numberOf(name, 'DEFAULT') ?? Math.min(LIMITS[name].default, maximum);
    if (value <= maximum) return [name, { default: value, maximum }];
    const problem = `is over its maximum; set it to at most ${maximum}, or raise ${limitVariable(name, 'MAX')}.`;
    throw new ConfigError([{ variable: limitVariable(name, 'DEFAULT'), problem }]);
  });
  return Object.fromEntries(rows) as LimitTable;
}
