import { expect, test } from 'vitest';
import { buildSystemEnv, parseConfig, SYSTEM_PATH } from './config.mjs';

test('an engine of the user is named by either variable, Drydock’s own first', () => {
  const find = (env: Record<string, string>) => {
    const { dockerSocket, dockerSocketVariable } = parseConfig(env, '/repo');
    return [dockerSocket, dockerSocketVariable];
  };
  expect(find({})).toEqual(['/var/run/docker.sock', undefined]);
  expect(find({ DOCKER_HOST: 'unix:///run/a.sock' })).toEqual(['/run/a.sock', 'DOCKER_HOST']);
  expect(find({ DOCKER_HOST: 'unix:///run/a.sock', DRYDOCK_DOCKER_SOCKET: '/run/b.sock' })).toEqual([
    '/run/b.sock',
    'DRYDOCK_DOCKER_SOCKET',
  ]);
});

test('an engine on another machine is refused with what to do', () => {
  expect(() => parseConfig({ DOCKER_HOST: 'tcp://engine:2375' }, '/repo')).toThrow(
    /unset it, or set it to unix/,
  );
});

test('an empty variable counts as unset', () => {
  const config = parseConfig({ DRYDOCK_SANDBOX_IMAGE: '', DOCKER_HOST: '', NODE_ENV: 'production' }, '/repo');
  expect(config).toMatchObject({
    sandboxImage: undefined,
    dockerSocketVariable: undefined,
    isProduction: true,
  });
});

test('the machine’s programs get proxies, but no key and no path of npm’s', () => {
  const env = {
    https_proxy: 'http://proxy',
    OPENAI_API_KEY: 'secret',
    PATH: '/repo/node_modules/.bin',
    npm_config_x: '1',
  };
  expect(buildSystemEnv(env)).toEqual({ PATH: SYSTEM_PATH, https_proxy: 'http://proxy' });
});
