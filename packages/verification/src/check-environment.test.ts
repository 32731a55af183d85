import { describe, expect, it } from 'vitest';
import type { Injection } from './check-environment.ts';
import { FULL_INJECTION, lintEnvironment, reduceInjection, testEnvironment } from './check-environment.ts';

describe('the environment of a check', () => {
  it('makes test runners report, whichever there are', () => {
    expect(testEnvironment('/tmp/r', FULL_INJECTION)).toEqual({
      CI: '1',
      NO_COLOR: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONHASHSEED: '0',
      npm_config_update_notifier: 'false',
      npm_config_script_shell: '/bin/sh',
      npm_config_userconfig: '/dev/null',
      npm_config_node_options:
        '--test-reporter=spec --test-reporter-destination=stdout --test-reporter=/opt/drydock/reporters/node-test.mjs --test-reporter-destination=stdout',
      DRYDOCK_TEST_REPORT: '/tmp/r',
      DRYDOCK_TEST_ROOT: '/job/work',
      NODE_OPTIONS:
        '--test-reporter=spec --test-reporter-destination=stdout --test-reporter=/opt/drydock/reporters/node-test.mjs --test-reporter-destination=stdout',
      PYTHONPATH: '/opt/drydock/reporters',
      PYTEST_ADDOPTS: '-p drydock_pytest -o cache_dir=/tmp/r.cache --continue-on-collection-errors',
    });
  });

  it('of a linter injects nothing', () => {
    expect(Object.keys(lintEnvironment())).not.toContain('NODE_OPTIONS');
    expect(lintEnvironment()['npm_config_node_options']).toBe(' ');
  });

  it('with all injection off leaves both runners alone', () => {
    const env = testEnvironment('/tmp/r', { node: 'off', pytest: 'off' });
    expect(env).not.toHaveProperty('NODE_OPTIONS');
    expect(env).not.toHaveProperty('PYTEST_ADDOPTS');
    expect(env).not.toHaveProperty('PYTHONPATH');
  });
});

describe('injection that is in the way', () => {
  const MISMATCH =
    "TypeError [ERR_INVALID_ARG_VALUE]: The argument '--test-reporter' must match the number of specified '--test-reporter-destination'. Received [ 'tap' ]";
  const OLD_NODE = 'node: --test-reporter= is not allowed in NODE_OPTIONS';
  const NO_PLUGIN =
    'ImportError: Error importing plugin "drydock_pytest": No module named \'drydock_pytest\'';
  const beside: Injection = { node: 'beside_own', pytest: 'plugin' };
  const nodeOff: Injection = { node: 'off', pytest: 'plugin' };
  const pytestOff: Injection = { node: 'with_spec', pytest: 'off' };

  it.each<[string, Injection, string, Injection | undefined]>([
    ['steps aside for a reporter of the command', FULL_INJECTION, MISMATCH, beside],
    ['gives up where that does not help', beside, MISMATCH, nodeOff],
    ['gives up on a Node that does not know reporters', FULL_INJECTION, OLD_NODE, nodeOff],
    ['gives up on an interpreter that does not find the plugin', FULL_INJECTION, NO_PLUGIN, pytestOff],
    ['ends', nodeOff, MISMATCH, undefined],
    ['ends for pytest', pytestOff, NO_PLUGIN, undefined],
    ['stays where the command fails for another reason', FULL_INJECTION, '1 test failed', undefined],
  ])('%s', (_, injection, output, expected) => {
    expect(reduceInjection(injection, output)).toEqual(expected);
  });
});
