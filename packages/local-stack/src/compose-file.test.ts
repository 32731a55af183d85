import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redisServerArguments } from '@drydock/queue';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../../..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly restart: string;
  readonly privileged?: boolean;
  readonly read_only?: boolean;
  readonly pid?: string;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly (string | { source: string; bind?: { propagation?: string } })[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<'redis' | 'api' | 'worker' | 'monitor', Service>;
  networks: { store: { internal: boolean } };
  secrets: Readonly<Record<string, { file: string }>>;
};
const { redis, api, worker, monitor } = compose.services;
const all = Object.entries(compose.services);
/** docs/deploy.md says what was run with these. */
const PROVEN_CAPABILITIES = [
  'SYS_ADMIN',
  'KILL',
  'SYS_PTRACE',
  'CHOWN',
  'FOWNER',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'MKNOD',
];
const sourcesOf = ({ volumes = [] }: Service): string[] =>
  volumes.map((volume) => (typeof volume === 'string' ? (volume.split(':')[0] ?? '') : volume.source));

describe('docker-compose.yml', () => {
  test.each(all)(
    '%s is started again, looked after, and reached from this machine alone',
    (_name, service) => {
      expect(service.restart).toBe('unless-stopped');
      expect(service.healthcheck.test.join(' ')).toMatch(/\/livez|redis-cli ping/);
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      expect(service.privileged).toBeUndefined();
    },
  );

  test('the api has no socket, no path of the machine, no capability and no model key', () => {
    expect(sourcesOf(api)).toEqual(['data']);
    expect([api.read_only, api.cap_drop, api.cap_add, api.pid]).toEqual([
      true,
      ['ALL'],
      undefined,
      undefined,
    ]);
    expect(api.security_opt).toEqual(['no-new-privileges:true']);
    expect(Object.keys(api.environment ?? {}).toSorted()).toEqual([
      'DRYDOCK_API_HOST',
      'DRYDOCK_API_KEY',
      'DRYDOCK_DATA_DIR',
      'DRYDOCK_SECRETS_PUBLIC_KEY_FILE',
      'DRYDOCK_WEBHOOK_ALLOW_HOSTS',
      'REDIS_URL',
    ]);
  });

  test.each([
    ['worker', worker],
    ['monitor', monitor],
  ])('%s sees the engine, the machine’s processes, and slots that propagate', (_name, service) => {
    expect(sourcesOf(service)).toEqual(expect.arrayContaining(['/var/run/docker.sock', '/run/drydock']));
    const slots = service.volumes?.find(
      (volume) => typeof volume !== 'string' && volume.source === '/run/drydock',
    );
    expect(slots).toMatchObject({ bind: { propagation: 'rshared' } });
    expect([service.pid, service.read_only, service.cap_drop]).toEqual(['host', true, ['ALL']]);
    expect(service.cap_add).toContain('SYS_ADMIN');
  });

  test('every key is a file of the one service that uses it', () => {
    const held = Object.fromEntries(all.map(([name, { secrets = [] }]) => [name, secrets]));
    expect(held).toEqual({
      redis: [],
      api: ['secrets-public-key'],
      worker: ['checkpoint-key', 'secrets-private-key'],
      monitor: ['webhook-secret'],
    });
    expect(Object.keys(compose.secrets).toSorted()).toEqual(Object.values(held).flat().toSorted());
    for (const [, { environment = {}, secrets = [] }] of all) {
      const files = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
      expect(files.toSorted()).toEqual(secrets.map((name) => `/run/secrets/${name}`).toSorted());
    }
  });

  test('worker and monitor have the capabilities that they were run with, and no others', () => {
    expect(worker.cap_add).toEqual(PROVEN_CAPABILITIES);
    expect(monitor.cap_add).toEqual(PROVEN_CAPABILITIES);
  });

  test('only the worker is given the model key', () => {
    const holders = all.filter(([, { environment }]) => environment && 'OPENAI_API_KEY' in environment);
    expect(holders.map(([name]) => name)).toEqual(['worker']);
  });

  test('redis is as durable as the private one, and nobody outside reaches it', () => {
    const ours = redisServerArguments({ dir: '/data', port: 6379 });
    for (const name of ['appendonly', 'appendfsync', 'no-appendfsync-on-rewrite', 'maxmemory-policy']) {
      expect(redis.command).toContain(`--${name} ${ours[ours.indexOf(`--${name}`) + 1]}`);
    }
    expect([redis.ports, compose.networks.store.internal]).toEqual([undefined, true]);
  });

  test('every variable that it takes is in .env.example, and the other way round', () => {
    const taken = read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g);
    const named = read('.env.example').matchAll(/^([A-Z_]+)=/gm);
    const sorted = (matches: Iterable<RegExpMatchArray>): string[] =>
      [...new Set([...matches].map(([, name = '']) => name))]
        .filter((name) => name !== 'DRYDOCK_VERSION')
        .toSorted();
    expect(sorted(named)).toEqual(sorted(taken));
  });
});
