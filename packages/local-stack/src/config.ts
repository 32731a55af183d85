import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '@drydock/service-kit';
import { SERVICE_ENV, parseConfig, secretText } from '@drydock/service-kit';
import { z } from 'zod';

const MIB = 1_024 * 1_024;
const port = z.coerce.number().int().min(0).max(65_535);
const metricsPort = (fallback: number) =>
  port.default(fallback).describe('a port for /metrics, 0 to let the system pick');

const Environment = z.object({
  DRYDOCK_DATA_DIR: z
    .string()
    .default(fileURLToPath(new URL('../../../.drydock', import.meta.url)))
    .describe('a directory for everything that is kept'),
  DRYDOCK_API_HOST: z.string().default('127.0.0.1').describe('the address to listen on'),
  DRYDOCK_API_PORT: port.default(8080).describe('the port to listen on, 0 to let the system pick'),
  DRYDOCK_API_KEY: secretText(16).optional().describe('the key that callers send, at least 16 characters'),
  DRYDOCK_WORKER_METRICS_PORT: metricsPort(9102),
  DRYDOCK_MONITOR_METRICS_PORT: metricsPort(9103),
  REDIS_URL: SERVICE_ENV.REDIS_URL.optional().describe(SERVICE_ENV.REDIS_URL.description ?? ''),
  DRYDOCK_REDIS_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'not a prefix')
    .optional()
    .describe('what every key in Redis starts with: 1 to 40 of a-z, 0-9 and -'),
  DRYDOCK_REDIS_MAXMEMORY_MB: z.coerce
    .number()
    .int()
    .min(16)
    .max(1_048_576)
    .default(512)
    .describe('what the private Redis may take of memory, MiB, 16 or more'),
  OPENAI_API_KEY: secretText().optional().describe('the key of the model API'),
  DRYDOCK_MODEL_BASE_URL: z.url().optional().describe('the address of an OpenAI-compatible server'),
});

/** What a stack is started with. Only the parts that concern a service are handed to it. */
export interface StackConfig {
  readonly dataDir: string;
  readonly apiHost: string;
  /** 0: the system picks. */
  readonly apiPort: number;
  readonly workerMetricsPort: number;
  readonly monitorMetricsPort: number;
  /** Where the directories of sockets and slots are. Absent: `/run/drydock`, which takes root. */
  readonly stateRoot?: string;
  /** Absent: one is generated and kept in the data directory. */
  readonly apiKey?: string;
  /** Absent: a private Redis is started. */
  readonly redisUrl?: string;
  /** What the private Redis may take of memory. */
  readonly redisMaxMemoryBytes: number;
  /** First part of every key in Redis. Absent: `drydock-<instance>`, so that installations may share a Redis. */
  readonly redisPrefix?: string;
  /** Absent: the scripted model answers. */
  readonly model?: { readonly apiKey?: string; readonly baseUrl?: string };
  /** Absent: the engine that setup found. */
  readonly dockerSocket?: string;
  /** Directories with transcripts of the scripted model. */
  readonly transcriptDirs: readonly string[];
  /** The environment that every service inherits: PATH and little else. */
  readonly inherited: Readonly<Record<string, string>>;
  /** Variables of services that the launcher does not read itself: limits, concurrency, log level. */
  readonly settings: Readonly<Record<string, string>>;
}

const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE'];

/** Parses the environment of `npm start` and of the demo. Throws ConfigError with every wrong variable named. */
export function parseStackConfig(env: Env = process.env): StackConfig {
  const value = parseConfig(Environment, env);
  return {
    dataDir: resolve(value.DRYDOCK_DATA_DIR),
    apiHost: value.DRYDOCK_API_HOST,
    apiPort: value.DRYDOCK_API_PORT,
    workerMetricsPort: value.DRYDOCK_WORKER_METRICS_PORT,
    monitorMetricsPort: value.DRYDOCK_MONITOR_METRICS_PORT,
    redisMaxMemoryBytes: value.DRYDOCK_REDIS_MAXMEMORY_MB * MIB,
    transcriptDirs: [],
    inherited: pick(env, (name) => INHERITED.includes(name)),
    settings: pick(env, isSetting),
    ...defined({
      apiKey: value.DRYDOCK_API_KEY?.reveal(),
      redisUrl: value.REDIS_URL?.reveal(),
      redisPrefix: value.DRYDOCK_REDIS_PREFIX,
      model: toModel(value),
      stateRoot: findStateRoot(env),
    }),
  };
}

/** Of a launcher that is not root: its own runtime directory, which ends with its session. */
function findStateRoot(env: Env): string | undefined {
  const uid = process.getuid?.();
  if (uid === 0) return undefined;
  return join(env['XDG_RUNTIME_DIR'] ?? `/tmp/drydock-${uid}`, 'drydock');
}

/** What is parsed here is handed on by name, as a value or as the name of a file. */
function isSetting(name: string): boolean {
  return name.startsWith('DRYDOCK_') && !(name.replace(/_FILE$/, '') in Environment.shape);
}

function pick(env: Env, isWanted: (name: string) => boolean): Record<string, string> {
  const entries = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && isWanted(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(entries);
}

function toModel(value: z.output<typeof Environment>): StackConfig['model'] {
  const { OPENAI_API_KEY: apiKey, DRYDOCK_MODEL_BASE_URL: baseUrl } = value;
  if (apiKey === undefined && baseUrl === undefined) return undefined;
  return defined({ apiKey: apiKey?.reveal(), baseUrl });
}

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** An object without the fields that are undefined. */
function defined<T extends Record<string, unknown>>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
