/** How one runner is told to run less than everything. */
export interface TestRunner {
  readonly name: string;
  /** Its command line up to its own arguments. */
  readonly program: RegExp;
  /** Endings of the files that it runs. */
  readonly files: RegExp;
  /** Flags whose value is the next word: it is no file. */
  readonly valued: readonly string[];
  readonly selectFile: (file: string) => readonly string[];
  readonly selectName: (name: string) => readonly string[];
}

/** Assignments, and what only passes on: `CI=1 npx vitest`. */
const START = String.raw`^(?:\w+=\S*\s+)*(?:(?:npx|pnpm|yarn|bunx?|uv run|poetry run|exec)\s+(?:--\S+\s+)*)?`;
const program = (pattern: string): RegExp => new RegExp(`${START}(?:${pattern})(?=\\s|$)`);

const ECMASCRIPT = /\.[cm]?[jt]sx?$/;

/** Names are text; these runners take patterns. */
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Pytest's -k is an expression of words. */
const toKeywords = (name: string): string =>
  (name.match(/\w+/g) ?? []).filter((word) => !/^(?:and|or|not)$/.test(word)).join(' and ');

const directoryOf = (file: string): string =>
  file.includes('/') ? `./${file.slice(0, file.lastIndexOf('/'))}` : '.';

/** Runners that are known to run one file, or tests by name. */
export const TEST_RUNNERS: readonly TestRunner[] = [
  {
    name: 'node:test',
    program: program(String.raw`node(?=\s.*--test\b)`),
    files: ECMASCRIPT,
    valued: [
      '--import',
      '--require',
      '-r',
      '--loader',
      '--experimental-loader',
      '--env-file',
      '--conditions',
      '-C',
      '--test-reporter',
      '--test-reporter-destination',
      '--test-name-pattern',
      '--test-concurrency',
      '--test-timeout',
    ],
    selectFile: (file) => [file],
    selectName: (name) => [`--test-name-pattern=${escape(name)}`],
  },
  {
    name: 'vitest',
    program: program('vitest'),
    files: ECMASCRIPT,
    valued: ['--config', '-c', '--project', '--reporter', '--root', '-r', '--dir', '-t', '--testNamePattern'],
    selectFile: (file) => [file],
    selectName: (name) => ['-t', escape(name)],
  },
  {
    name: 'jest',
    program: program('jest'),
    files: ECMASCRIPT,
    valued: ['--config', '-c', '--maxWorkers', '-w', '--reporters', '--testNamePattern', '-t', '--rootDir'],
    selectFile: (file) => [file],
    selectName: (name) => ['-t', escape(name)],
  },
  {
    name: 'mocha',
    program: program('mocha'),
    files: ECMASCRIPT,
    valued: ['--require', '-r', '--config', '--reporter', '-R', '--timeout', '-t', '--grep', '-g', '--spec'],
    selectFile: (file) => [file],
    selectName: (name) => ['--fgrep', name],
  },
  {
    name: 'pytest',
    program: program(String.raw`(?:python[\d.]*\s+-m\s+)?(?:pytest|py\.test)`),
    files: /\.py$/,
    valued: ['-k', '-m', '-p', '-c', '-o', '-n', '-W', '--rootdir', '--maxfail', '--ignore', '--deselect'],
    selectFile: (file) => [file],
    selectName: (name) => ['-k', toKeywords(name)],
  },
  {
    name: 'unittest',
    program: program(String.raw`python[\d.]*\s+-m\s+unittest`),
    files: /\.py$/,
    valued: ['-k', '-s', '--start-directory', '-p', '--pattern', '-t', '--top-level-directory'],
    selectFile: (file) => [file],
    selectName: (name) => ['-k', name],
  },
  {
    name: 'go test',
    program: program(String.raw`go\s+test`),
    files: /\.go$/,
    valued: ['-run', '-timeout', '-tags', '-count', '-bench', '-p', '-parallel'],
    // A package is the least that it runs.
    selectFile: (file) => [directoryOf(file)],
    selectName: (name) => ['-run', escape(name)],
  },
  {
    name: 'cargo test',
    program: program(String.raw`cargo\s+(?:nextest\s+run|test)`),
    files: /\.rs$/,
    valued: ['--test', '--package', '-p', '--features', '--target', '--profile', '-j', '--manifest-path'],
    selectFile: (file) => ['--test', file.replace(/^.*\//, '').replace(/\.rs$/, '')],
    selectName: (name) => [name],
  },
];
