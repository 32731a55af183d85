import { Secret } from '@drydock/service-kit';
import { describe, expect, it } from 'vitest';
import { chooseModelServer, readConfig } from './config.ts';

const scriptedUrl = 'http://127.0.0.1:1/v1';

describe('the model server', () => {
  it('is the scripted one where neither a key nor an address is set', () => {
    const none = { apiKey: undefined, baseUrl: undefined, scriptedUrl };
    expect(chooseModelServer(none)).toEqual({ apiKey: undefined, baseUrl: scriptedUrl });
  });

  it('is never the scripted one where a key is set', () => {
    const apiKey = new Secret('sk-real');
    expect(chooseModelServer({ apiKey, baseUrl: undefined, scriptedUrl })).toEqual({
      apiKey,
      baseUrl: undefined,
    });
  });

  it('is never the scripted one where an address is set', () => {
    const baseUrl = 'https://models.example/v1';
    expect(chooseModelServer({ apiKey: undefined, baseUrl, scriptedUrl })).toEqual({
      apiKey: undefined,
      baseUrl,
    });
  });
});

describe('the key for ssh git hosts', () => {
  const ENV = {
    REDIS_URL: '/run/redis.sock',
    DRYDOCK_INSTANCE_ID: 'a1b2c3d4',
    DRYDOCK_SANDBOX_IMAGE: 'sha256:1',
    DRYDOCK_RUNTIME_DIR: '/opt/runtime',
    DRYDOCK_CHECKPOINT_KEY: 'k'.repeat(32),
  };
  const KEY = { DRYDOCK_GIT_SSH_KEY_FILE: '/etc/drydock/key' };
  const HOSTS = { DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE: '/etc/drydock/known_hosts' };

  it('is there with the hosts that it may be shown to, or not at all', () => {
    expect(readConfig(ENV).gitMirrors.ssh).toBeUndefined();
    expect(readConfig({ ...ENV, ...KEY, ...HOSTS }).gitMirrors.ssh).toEqual({
      keyFile: '/etc/drydock/key',
      knownHostsFile: '/etc/drydock/known_hosts',
    });
    expect(() => readConfig({ ...ENV, ...KEY })).toThrow('DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE is not set');
    expect(() => readConfig({ ...ENV, ...HOSTS })).toThrow('DRYDOCK_GIT_SSH_KEY_FILE is not set');
  });

  it.each(['key', '/a b', '/a%d', '/~/a', "/a'b", '/a\nb'])('is not at %j', (path) => {
    expect(() => readConfig({ ...ENV, ...HOSTS, DRYDOCK_GIT_SSH_KEY_FILE: path })).toThrow(
      'DRYDOCK_GIT_SSH_KEY_FILE has a wrong value',
    );
  });
});
