import { InstanceId } from '@drydock/contracts';
import { expect, test } from 'vitest';
import type { StackConfig } from './config.ts';
import { parseStackConfig } from './config.ts';
import { describeApi, describeMonitor, describeScriptedModel, describeWorker } from './services.ts';
import type { ServiceContext } from './services.ts';

const MODEL_KEY = 'sk-model';
const API_KEY = 'key-of-callers-1234';

function createContext(changes: Partial<StackConfig> = {}): ServiceContext {
  const config = parseStackConfig({
    PATH: '/bin',
    OPENAI_API_KEY: MODEL_KEY,
    DRYDOCK_API_KEY: API_KEY,
    DRYDOCK_LOG_LEVEL: 'debug',
    DRYDOCK_GIT_SSH_KEY_FILE: '/etc/drydock/ssh-key',
  });
  return {
    config: { ...config, ...changes },
    data: {
      root: '/data',
      instanceId: InstanceId.parse('0123abcd'),
      stateDir: '/run/drydock/0123abcd',
      redisDir: '/data/redis',
      logsDir: '/data/logs',
      apiKeyFile: '/data/api-key',
      checkpointKeyFile: '/data/checkpoint-key',
      webhookSecretFile: '/data/webhook-secret',
      secretsPublicKeyFile: '/data/secrets-public-key.pem',
      secretsPrivateKeyFile: '/data/secrets-private-key.pem',
      release: async () => undefined,
    },
    facts: {
      imageId: 'sha256:1',
      imageName: 'image',
      runtimeDir: '/runtime',
      dockerSocket: '/docker.sock',
      redisServer: '/redis-server',
    },
    redisUrl: '/run/drydock/0123abcd/redis.sock',
  };
}

const environments = (context: ServiceContext) => ({
  api: describeApi(context).env,
  worker: describeWorker(context).env,
  monitor: describeMonitor(context).env,
  scripted: describeScriptedModel(context).env,
});

const holders = (value: string, context = createContext()): string[] =>
  Object.entries(environments(context)).flatMap(([name, env]) =>
    Object.values(env).includes(value) ? [name] : [],
  );

test('every secret is given to the one service that needs it', () => {
  expect(holders(MODEL_KEY)).toEqual(['worker']);
  expect(holders(API_KEY)).toEqual(['api']);
  expect(holders('/etc/drydock/ssh-key')).toEqual(['worker']);
  expect(holders('/data/checkpoint-key')).toEqual(['worker']);
  expect(holders('/data/webhook-secret')).toEqual(['monitor']);
  const given = createContext({ settings: { DRYDOCK_WEBHOOK_SECRET_FILE: '/etc/drydock/webhook-secret' } });
  expect(holders('/etc/drydock/webhook-secret', given)).toEqual(['monitor']);
  expect(holders('/data/secrets-public-key.pem')).toEqual(['api']);
  expect(holders('/data/secrets-private-key.pem')).toEqual(['worker']);
});

test('the socket of Docker is not given to the API', () => {
  expect(holders('/docker.sock')).toEqual(['worker', 'monitor']);
});

test('settings of services go through, and none can replace what the launcher decides', () => {
  expect(holders('debug')).toEqual(['api', 'worker', 'monitor']);
  const settings = { DRYDOCK_INSTANCE_ID: 'ffffffff', DRYDOCK_EXIT_ON_STDIN_EOF: '0' };
  const { worker, monitor } = environments(createContext({ settings }));
  for (const env of [worker, monitor]) {
    expect(env).toMatchObject({ DRYDOCK_INSTANCE_ID: '0123abcd', DRYDOCK_EXIT_ON_STDIN_EOF: '1' });
  }
});

test('in a shared Redis the keys of an installation start with its name, unless it was given another', () => {
  const prefixOf = (changes: Partial<StackConfig>) =>
    describeApi(createContext(changes)).env['DRYDOCK_REDIS_PREFIX'];
  expect(prefixOf({})).toBe('drydock');
  expect(prefixOf({ redisUrl: 'redis://example' })).toBe('drydock-0123abcd');
  expect(prefixOf({ redisUrl: 'redis://example', redisPrefix: 'team-a' })).toBe('team-a');
});

test('the keys of secrets that an operator sets take the place of ours, each where it belongs', () => {
  const settings = {
    DRYDOCK_SECRETS_PUBLIC_KEY_FILE: '/etc/public.pem',
    DRYDOCK_SECRETS_PRIVATE_KEY: 'private pem',
  };
  const { api, worker, monitor } = environments(createContext({ settings }));
  const secretsOf = (env: Readonly<Record<string, string>>) =>
    Object.entries(env).filter(([name]) => name.startsWith('DRYDOCK_SECRETS_PRIVATE'));
  expect(api['DRYDOCK_SECRETS_PUBLIC_KEY_FILE']).toBe('/etc/public.pem');
  expect([secretsOf(api), secretsOf(monitor)]).toEqual([[], []]);
  expect(secretsOf(worker)).toEqual([['DRYDOCK_SECRETS_PRIVATE_KEY', 'private pem']]);
});
