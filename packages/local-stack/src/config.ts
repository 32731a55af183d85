import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const Environment = z.object({
  DRYDOCK_DATA_DIR: z
    .string()
    .min(1)
    .default(fileURLToPath(new URL('../../../.drydock', import.meta.url))),
  DRYDOCK_API_HOST: z.string().min(1).default('127.0.0.1'),
  DRYDOCK_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  DRYDOCK_API_KEY: z.string().min(16).optional(),
  DRYDOCK_WORKER_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(9102),
  DRYDOCK_MONITOR_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(9103),
  REDIS_URL: z.string().min(1).optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  DRYDOCK_MODEL_BASE_URL: z.url().optional(),
});

/** What a stack is started with. Only the parts that concern a service are handed to it. */
export interface StackConfig {
  readonly dataDir: string;
  readonly apiHost: string;
  /** 0: the system picks. */
  readonly apiPort: number;
  readonly workerMetricsPort: number;
  readonly monitorMetricsPort: number;
  readonly apiKey?: string;
  /** Absent: a private Redis is started. */
  readonly redisUrl?: string;
  /** Absent: the scripted model answers. */
  readonly model?: { readonly apiKey?: string; readonly baseUrl?: string };
  /** Directories with transcripts of the scripted model. */
  readonly transcriptDirs: readonly string[];
  /** The environment that every service inherits: PATH and little else. */
  readonly inherited: Readonly<Record<string, string>>;
}

const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE'];

/** Parses the environment of `npm start` and of the demo. Throws with every wrong variable named. */
export function parseStackConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): StackConfig {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment has wrong values. ${issues.join('; ')}`);
  }
  const value = parsed.data;
  const inherited = INHERITED.flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]] as const],
  );
  return {
    dataDir: resolve(value.DRYDOCK_DATA_DIR),
    apiHost: value.DRYDOCK_API_HOST,
    apiPort: value.DRYDOCK_API_PORT,
    workerMetricsPort: value.DRYDOCK_WORKER_METRICS_PORT,
    monitorMetricsPort: value.DRYDOCK_MONITOR_METRICS_PORT,
    transcriptDirs: [],
    inherited: Object.fromEntries(inherited),
    ...(value.DRYDOCK_API_KEY === undefined ? {} : { apiKey: value.DRYDOCK_API_KEY }),
    ...(value.REDIS_URL === undefined ? {} : { redisUrl: value.REDIS_URL }),
    ...toModel(value),
  };
}

function toModel(value: z.infer<typeof Environment>): Pick<StackConfig, 'model'> {
  const { OPENAI_API_KEY: apiKey, DRYDOCK_MODEL_BASE_URL: baseUrl } = value;
  if (apiKey === undefined && baseUrl === undefined) return {};
  return {
    model: { ...(apiKey === undefined ? {} : { apiKey }), ...(baseUrl === undefined ? {} : { baseUrl }) },
  };
}
