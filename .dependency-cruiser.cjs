/**
 * Who may import whom, as a table. A folder without a row, a workspace package that is not in `own` (for tests, not in
 * `testOwn` either) and a vendor that is not in `vendors` are refused. `scripts/check-boundaries.ts` runs it and tests
 * it with planted violations.
 */
const ADAPTER = ['contracts', 'core'];
const SERVICE = ['contracts', 'core', 'queue', 'service-kit'];

/** Documents list metrics from where they are defined, and only their file may be had: it starts nothing. */
const EXPORTERS = ['services/api/src', 'services/monitor/src', 'services/worker/src'];
const METRICS = String.raw`^services/[^/]+/src/metrics\.ts$`;

const ROWS = {
  'packages/contracts': { own: [], vendors: ['zod'], pure: true },
  'packages/core': {
    own: ['contracts'],
    vendors: ['ulid'],
    testVendors: ['@cfworker', '@microsoft'],
    pure: true,
  },
  'packages/queue': { own: ADAPTER, vendors: ['bullmq', 'ioredis'] },
  'packages/sandbox': { own: ADAPTER, vendors: ['dockerode', 'zod'] },
  'packages/agent': { own: ADAPTER, vendors: ['html-to-text'] },
  'packages/models': { own: [...ADAPTER, 'service-kit'], vendors: ['openai', 'yaml', 'zod'] },
  'packages/verification': { own: ADAPTER, vendors: ['zod'] },
  'packages/policy': {
    own: ADAPTER,
    vendors: ['tree-sitter-bash', 'unbash', 'web-tree-sitter', 'yaml', 'zod'],
  },
  'packages/egress': {
    own: [...ADAPTER, 'service-kit'],
    vendors: ['@peculiar/x509', 'reflect-metadata', 'yaml', 'zod'],
    testOwn: ['sandbox'],
  },
  'packages/git-mirror': { own: ADAPTER, vendors: [] },
  'packages/artifacts': { own: ADAPTER, vendors: [] },
  'packages/service-kit': { own: ['contracts'], vendors: ['pino', 'prom-client', 'zod'] },
  'packages/client': { own: ['contracts'], vendors: [] },
  'packages/cli': { own: ['client', 'contracts'], vendors: [] },
  'packages/scripted-model': {
    own: ['contracts', 'service-kit'],
    vendors: ['openai', 'zod'],
    testOwn: ['core', 'models'],
  },
  'packages/local-stack': {
    own: ['artifacts', 'contracts', 'service-kit', 'queue', 'scripted-model'],
    vendors: ['zod'],
  },
  'packages/testing': {
    own: ['artifacts', 'contracts', 'core', 'queue', 'sandbox', 'runtime', 'service-kit'],
    vendors: ['fast-check', 'vitest'],
  },
  'infra/runtime': { own: ['agent'], vendors: ['rolldown'] },
  'services/api': { own: [...SERVICE, 'artifacts'], vendors: ['express', 'helmet', 'zod'] },
  'services/worker': {
    own: [...SERVICE, 'artifacts', 'git-mirror', 'models', 'policy', 'sandbox', 'verification'],
    vendors: ['zod'],
  },
  'services/monitor': { own: [...SERVICE, 'artifacts', 'egress', 'sandbox'], vendors: ['zod'] },
  examples: { own: ['contracts', 'client', 'local-stack'], vendors: ['zod'] },
  bench: {
    own: [
      'client',
      'contracts',
      'core',
      'examples',
      'local-stack',
      'sandbox',
      'scripted-model',
      'service-kit',
    ],
    vendors: [],
  },
  security: { own: ['contracts', 'core', 'local-stack', 'sandbox', 'service-kit'], vendors: ['zod'] },
  e2e: {
    own: ['client', 'contracts', 'core', 'examples', 'local-stack', 'queue', 'sandbox', 'scripted-model'],
    vendors: [],
  },
  scripts: {
    own: ['contracts', 'core', 'models', 'policy', ...EXPORTERS],
    vendors: ['dependency-cruiser', 'vitest'],
  },
};

/** Where a workspace package of that name lives. */
const ELSEWHERE = { runtime: 'infra/runtime', examples: 'examples' };
const folderOf = (name) => ELSEWHERE[name] ?? (name.includes('/') ? name : `packages/${name}`);
const anyOf = (parts) => `(?:${parts.join('|')})`;

const OWN = '^(?:packages|services|infra|examples|e2e|bench|security|scripts)/';
const TEST = [String.raw`\.test\.ts$`, '^(?:packages|services|infra)/[^/]+/test/', '^e2e/'];
const testsOf = (folder) => (folder === 'e2e' ? '^e2e/' : [`^${folder}/.*\\.test\\.ts$`, `^${folder}/test/`]);
const inNodeModules = (names) => `(?:^|/)node_modules/${anyOf(names)}/`;

/** Tests may also use the test kit, the runtime they start sandboxes with, a real clock and logger, and vitest. */
const TEST_OWN = ['testing', 'runtime', 'service-kit'];
const TEST_VENDORS = ['vitest', 'fast-check', '@vitest', 'yaml'];

function rulesOf([folder, row]) {
  const rules = [];
  const forbid = (what, from, to) =>
    rules.push({ name: `${folder}: ${what}`, severity: 'error', from: { path: `^${folder}/`, ...from }, to });
  for (const [scope, own, vendors] of [
    [{ pathNot: TEST }, row.own, row.vendors],
    [
      { path: testsOf(folder) },
      [...row.own, ...TEST_OWN, ...(row.testOwn ?? [])],
      [...row.vendors, ...TEST_VENDORS, ...(row.testVendors ?? [])],
    ],
  ]) {
    forbid('workspace package', scope, { path: OWN, pathNot: `^${anyOf([folder, ...own.map(folderOf)])}/` });
    const vendor = { path: '(?:^|/)node_modules/' };
    if (vendors.length > 0) vendor.pathNot = inNodeModules([...vendors, '@types']);
    forbid('vendor', scope, vendor);
  }
  if (row.pure) forbid('no I/O', { pathNot: TEST }, { dependencyTypes: ['core'] });
  return rules;
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(ROWS).flatMap(rulesOf),
    {
      name: 'every folder has a row',
      severity: 'error',
      from: { path: OWN, pathNot: `^${anyOf(Object.keys(ROWS))}/` },
      to: {},
    },
    {
      name: 'only through the entry',
      comment: 'Another package is its src/index.ts; a service has none.',
      severity: 'error',
      from: { path: '^((?:packages|services|infra)/[^/]+|examples|e2e|bench|security|scripts)/' },
      to: {
        path: OWN,
        pathNot: ['^$1/', '^(?:packages/[^/]+|infra/runtime|examples)/src/index\\.ts$', METRICS],
      },
    },
    {
      name: 'source never imports tests',
      severity: 'error',
      from: { pathNot: TEST },
      to: { path: TEST },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no cycle',
      comment: 'Types may refer to each other; what runs may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
