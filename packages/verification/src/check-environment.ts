/** How a command is made to report per test. Every way but `off` can be in the way of what a repository does itself. */
export interface Injection {
  /**
   * `with_spec`: Drydock's reporter beside the readable one. `beside_own`: only Drydock's, for a command that names one
   * reporter and no destination, since Node wants as many destinations as reporters.
   */
  readonly node: 'with_spec' | 'beside_own' | 'off';
  readonly pytest: 'plugin' | 'off';
}

export const FULL_INJECTION: Injection = { node: 'with_spec', pytest: 'plugin' };

const REPORTERS = '/opt/drydock/reporters';
/** Fixed by the slot (contract.md): paths in reports are relative to it. */
export const WORKSPACE = '/job/work';

const NODE_REPORTER = `--test-reporter=${REPORTERS}/node-test.mjs`;
const TO_STDOUT = '--test-reporter-destination=stdout';
const NODE_OPTIONS = {
  with_spec: `--test-reporter=spec ${TO_STDOUT} ${NODE_REPORTER} ${TO_STDOUT}`,
  beside_own: `${NODE_REPORTER} ${TO_STDOUT} ${TO_STDOUT}`,
} as const;

/** Of every check: nothing interactive, nothing coloured, and nothing that differs from one run to the next. */
const ALWAYS = {
  CI: '1',
  NO_COLOR: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  // The order of sets decides ids of parametrised tests; before and after must have the same ids.
  PYTHONHASHSEED: '0',
  npm_config_update_notifier: 'false',
  // What runs a script is not the repository's to say: `.npmrc` counts less than these, and a patch can change it.
  npm_config_script_shell: '/bin/sh',
  npm_config_userconfig: '/dev/null',
  // Not empty, because npm passes over empty variables; trimmed, it is none.
  npm_config_node_options: ' ',
} as const;

export function lintEnvironment(): Record<string, string> {
  return { ...ALWAYS };
}

/** Environment of a test command, whatever its runner is: one that knows nothing of the variables ignores them. */
export function testEnvironment(reportPath: string, injection: Injection): Record<string, string> {
  const env: Record<string, string> = {
    ...ALWAYS,
    DRYDOCK_TEST_REPORT: reportPath,
    DRYDOCK_TEST_ROOT: WORKSPACE,
  };
  if (injection.node !== 'off') {
    env['NODE_OPTIONS'] = NODE_OPTIONS[injection.node];
    // npm replaces the one by the other.
    env['npm_config_node_options'] = NODE_OPTIONS[injection.node];
  }
  if (injection.pytest === 'off') return env;
  return {
    ...env,
    PYTHONPATH: REPORTERS,
    // The cache is moved, not switched off: options like --ff are errors without it. One broken file is one result.
    PYTEST_ADDOPTS: `-p drydock_pytest -o cache_dir=${reportPath}.cache --continue-on-collection-errors`,
  };
}

interface Conflict {
  readonly symptom: RegExp;
  readonly resolve: (injection: Injection) => Injection | undefined;
}

const CONFLICTS: readonly Conflict[] = [
  {
    symptom: /'--test-reporter' must match the number of specified '--test-reporter-destination'/,
    resolve: ({ node, pytest }) =>
      node === 'off' ? undefined : { node: node === 'with_spec' ? 'beside_own' : 'off', pytest },
  },
  {
    // Node before 18.15.
    symptom: /--test-reporter\S* is not allowed in NODE_OPTIONS/,
    resolve: ({ node, pytest }) => (node === 'off' ? undefined : { node: 'off', pytest }),
  },
  {
    // The command sets PYTHONPATH itself, or runs an interpreter that ignores it.
    symptom: /No module named '?drydock_pytest/,
    resolve: ({ node, pytest }) => (pytest === 'off' ? undefined : { node, pytest: 'off' }),
  },
];

/**
 * What to try instead, when a command that reported nothing complains about the injection; undefined when it does not.
 * Each answer injects less than before, so asking again ends.
 */
export function reduceInjection(injection: Injection, output: string): Injection | undefined {
  return CONFLICTS.find(({ symptom }) => symptom.test(output))?.resolve(injection);
}
