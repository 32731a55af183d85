import { isAbsolute, join } from 'node:path';
import { InstanceId } from '@drydock/contracts';
import { MODEL_APIS } from '@drydock/models';
import type { SshIdentity } from '@drydock/git-mirror';
import type { Env, Secret } from '@drydock/service-kit';
import { ConfigError, SERVICE_ENV, parseConfig, secretText, secretsPrivateKey } from '@drydock/service-kit';
import { z } from 'zod';

const absolutePath = z.string().refine(isAbsolute, 'not an absolute path');
/** Becomes a word in options of ssh, which gives blanks, quotes, `~` and `%` a meaning. */
const plainPath = absolutePath.regex(/^[\w./@+,=:-]+$/, 'has characters that options of ssh cannot');
const port = z.coerce.number().int().min(0).max(65_535);

const megabytes = (minimum: number, standard: number) =>
  z.coerce.number().int().min(minimum).default(standard);

const SSH_KEY = 'DRYDOCK_GIT_SSH_KEY_FILE';
const SSH_KNOWN_HOSTS = 'DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE';
const MIN_CHECKPOINT_KEY_CHARS = 32;
const MIB = 1_024 * 1_024;

const WorkerEnvironment = z.object({
  ...SERVICE_ENV,
  DRYDOCK_INSTANCE_ID: InstanceId.describe(
    'eight characters of 0-9 and a-z, the same for worker and monitor',
  ),
  DRYDOCK_STATE_DIR: absolutePath.optional().describe('a short absolute path for mounts and sockets'),
  DRYDOCK_DOCKER_SOCKET: absolutePath
    .default('/var/run/docker.sock')
    .describe('the path of the socket of Docker Engine'),
  DRYDOCK_WORKSPACE_BACKEND: z
    .enum(['overlay', 'copy', 'auto'])
    .default('auto')
    .describe('how workspaces get into containers: overlay, copy, auto (what this host can do)'),
  DRYDOCK_ALLOW_UNCAPPED_ENGINE: z
    .enum(['true', 'false'])
    .default('false')
    .describe('whether jobs may run on an engine that cannot cap memory and processes: true, false'),
  DRYDOCK_SANDBOX_IMAGE: z.string().min(1).describe('the ID of the sandbox image, sha256:…'),
  DRYDOCK_RUNTIME_DIR: absolutePath.describe('the directory of the injected runtime that setup made'),
  DRYDOCK_WORKER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe('how many attempts run at once, 1 to 64'),
  DRYDOCK_WARM_SANDBOXES: z.coerce
    .number()
    .int()
    .min(0)
    .max(64)
    .default(2)
    .describe('how many sandboxes wait for their job, 0 to 64'),
  DRYDOCK_LAYER_CACHE_MB: megabytes(64, 10_240).describe('what cached layers may take of the disk, MiB'),
  DRYDOCK_GIT_CACHE_MB: megabytes(64, 10_240).describe('what git mirrors may take of the disk, MiB'),
  DRYDOCK_GIT_MAX_MB: megabytes(1, 2_048).describe('what one repository may have, MiB'),
  DRYDOCK_GIT_FETCH_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(300)
    .describe('how long one fetch may take, 1 to 3600'),
  DRYDOCK_GIT_ALLOW_HOSTS: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((host) => host.trim().toLowerCase() || []))
    .describe('hosts, or host:port, that may be fetched from although they are not public, with commas'),
  DRYDOCK_GIT_PROXY: z.url().optional().describe('the http proxy for fetches'),
  DRYDOCK_GIT_SSH_KEY_FILE: plainPath.optional().describe('the path of the private key for ssh git hosts'),
  DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE: plainPath
    .optional()
    .describe('the path of a file with the keys of ssh git hosts, as ssh-keyscan prints them'),
  DRYDOCK_WORKER_LEASE_SECONDS: z.coerce
    .number()
    .int()
    .min(3)
    .max(120)
    .default(10)
    .describe('how long a lease lives without a heartbeat, 3 to 120'),
  DRYDOCK_WORKER_METRICS_HOST: z.string().default('127.0.0.1').describe('the address for /metrics'),
  DRYDOCK_WORKER_METRICS_PORT: port.default(9102).describe('a port for /metrics, 0 to let the system pick'),
  DRYDOCK_HIGH_TIER_SLICE_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(600)
    .default(30)
    .describe('what the tool calls of one turn may take in tier high, 0.1 to 600'),
  DRYDOCK_HIGH_TIER_RUNTIME: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/)
    .default('runsc')
    .describe('the container runtime of tier high, by its name at the engine'),
  DRYDOCK_COMMAND_POLICY: z
    .enum(['enforce', 'report_only'])
    .default('enforce')
    .describe('whether commands are refused by the policy, or only reported: enforce, report_only'),
  DRYDOCK_APPROVAL_SECONDS: z.coerce
    .number()
    .min(1)
    .max(7 * 24 * 3_600)
    .default(3_600)
    .describe('how long a person may take to decide, 1 to 604800; nobody is a denial'),
  DRYDOCK_APPROVAL_HOLD_SECONDS: z.coerce
    .number()
    .min(0)
    .max(3_600)
    .default(300)
    .describe(
      'how long a sandbox may stand still meanwhile before its job is given up until then, 0 to 3600',
    ),
  DRYDOCK_CHECKPOINT_KEY: secretText(MIN_CHECKPOINT_KEY_CHARS).describe(
    `the key that checkpoints are signed with, the same for all workers, at least ${MIN_CHECKPOINT_KEY_CHARS} characters; \`openssl rand -hex 32\` makes one`,
  ),
  DRYDOCK_SECRETS_PRIVATE_KEY: secretsPrivateKey.optional(),
  DRYDOCK_MODEL_IDLE_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(600)
    .default(120)
    .describe('how long a model server may be silent before the call is tried again, 0.1 to 600'),
  DRYDOCK_MODEL_API: z
    .enum(MODEL_APIS)
    .default('auto')
    .describe('which API the model server has: responses, chat, or auto to find out'),
  DRYDOCK_MODELS_FILE: absolutePath
    .optional()
    .describe('the absolute path of more rows for the table of models (docs/models.md)'),
  DRYDOCK_COMPACT_AT_TOKENS: z.coerce
    .number()
    .int()
    .min(1_000)
    .optional()
    .describe(
      'above how many tokens a conversation is summarised, where that is less than 90 % of what the model reads',
    ),
  OPENAI_API_KEY: secretText().optional().describe('the key of the model API'),
  DRYDOCK_MODEL_BASE_URL: z.url().optional().describe('the address of an OpenAI-compatible server'),
  DRYDOCK_SCRIPTED_MODEL_URL: z.url().optional().describe('the address of the scripted model server'),
});

interface ModelServers {
  readonly apiKey: Secret | undefined;
  readonly baseUrl: string | undefined;
  readonly scriptedUrl: string | undefined;
}

/** The settings of the worker. Throws ConfigError that lists every bad variable. */
export function readConfig(env: Env = process.env) {
  const parsed = parseConfig(WorkerEnvironment, env);
  const models: ModelServers = {
    apiKey: parsed.OPENAI_API_KEY,
    baseUrl: parsed.DRYDOCK_MODEL_BASE_URL,
    scriptedUrl: parsed.DRYDOCK_SCRIPTED_MODEL_URL,
  };
  return Object.freeze({
    redisUrl: parsed.REDIS_URL,
    redisPrefix: parsed.DRYDOCK_REDIS_PREFIX,
    dataDir: parsed.DRYDOCK_DATA_DIR,
    logLevel: parsed.DRYDOCK_LOG_LEVEL,
    exitOnStdinEof: parsed.DRYDOCK_EXIT_ON_STDIN_EOF,
    concurrency: parsed.DRYDOCK_WORKER_CONCURRENCY,
    warmSandboxes: parsed.DRYDOCK_WARM_SANDBOXES,
    secretOpener: parsed.DRYDOCK_SECRETS_PRIVATE_KEY,
    checkpointKey: parsed.DRYDOCK_CHECKPOINT_KEY,
    highTierRuntime: parsed.DRYDOCK_HIGH_TIER_RUNTIME,
    commandPolicyMode: parsed.DRYDOCK_COMMAND_POLICY,
    approvalTimes: {
      ttlMs: parsed.DRYDOCK_APPROVAL_SECONDS * 1_000,
      holdMs: parsed.DRYDOCK_APPROVAL_HOLD_SECONDS * 1_000,
    },
    compactAtTokens: parsed.DRYDOCK_COMPACT_AT_TOKENS,
    highTierSliceMs: parsed.DRYDOCK_HIGH_TIER_SLICE_SECONDS * 1_000,
    leaseMs: parsed.DRYDOCK_WORKER_LEASE_SECONDS * 1_000,
    address: {
      host: parsed.DRYDOCK_WORKER_METRICS_HOST,
      port: parsed.DRYDOCK_WORKER_METRICS_PORT,
      hostVariable: 'DRYDOCK_WORKER_METRICS_HOST',
      portVariable: 'DRYDOCK_WORKER_METRICS_PORT',
    },
    model: {
      ...chooseModelServer(models),
      api: parsed.DRYDOCK_MODEL_API,
      modelsFile: parsed.DRYDOCK_MODELS_FILE,
      idleTimeoutMs: parsed.DRYDOCK_MODEL_IDLE_SECONDS * 1_000,
    },
    gitMirrors: toGitMirrors(parsed),
    sandboxHost: toSandboxHost(parsed),
  });
}

function toSandboxHost(parsed: z.output<typeof WorkerEnvironment>) {
  const { DRYDOCK_STATE_DIR: stateDir } = parsed;
  return {
    dockerSocket: parsed.DRYDOCK_DOCKER_SOCKET,
    instanceId: parsed.DRYDOCK_INSTANCE_ID,
    imageId: parsed.DRYDOCK_SANDBOX_IMAGE,
    runtimeDir: parsed.DRYDOCK_RUNTIME_DIR,
    layersDir: join(parsed.DRYDOCK_DATA_DIR, 'layers'),
    workspaceBackend: parsed.DRYDOCK_WORKSPACE_BACKEND,
    allowUncappedEngine: parsed.DRYDOCK_ALLOW_UNCAPPED_ENGINE === 'true',
    layerBudgetBytes: parsed.DRYDOCK_LAYER_CACHE_MB * MIB,
    ...(stateDir === undefined ? {} : { stateDir }),
  };
}

function toGitMirrors(parsed: z.output<typeof WorkerEnvironment>) {
  return {
    dir: join(parsed.DRYDOCK_DATA_DIR, 'mirrors'),
    allowHosts: parsed.DRYDOCK_GIT_ALLOW_HOSTS,
    budgetBytes: parsed.DRYDOCK_GIT_CACHE_MB * MIB,
    maxBytes: parsed.DRYDOCK_GIT_MAX_MB * MIB,
    timeoutMs: parsed.DRYDOCK_GIT_FETCH_SECONDS * 1_000,
    proxy: parsed.DRYDOCK_GIT_PROXY,
    ssh: toSshIdentity(parsed),
  };
}

/** Both or neither: a key without known hosts would have to trust whoever answers. */
function toSshIdentity({
  DRYDOCK_GIT_SSH_KEY_FILE: keyFile,
  DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE: knownHostsFile,
}: z.output<typeof WorkerEnvironment>): SshIdentity | undefined {
  if (keyFile !== undefined && knownHostsFile !== undefined) return { keyFile, knownHostsFile };
  if (keyFile === knownHostsFile) return undefined;
  const [variable, other] = keyFile === undefined ? [SSH_KEY, SSH_KNOWN_HOSTS] : [SSH_KNOWN_HOSTS, SSH_KEY];
  throw new ConfigError([{ variable, problem: `is not set, but ${other} is; set both, or neither.` }]);
}

/** Which model server answers: the scripted one only where neither a key nor an address of a real one is set. */
export function chooseModelServer({ apiKey, baseUrl, scriptedUrl }: ModelServers) {
  const isReal = apiKey !== undefined || baseUrl !== undefined;
  return { apiKey, baseUrl: isReal ? baseUrl : scriptedUrl };
}
