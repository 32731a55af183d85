import { expect, test } from 'vitest';
import { choosePnpm } from './node-modules.mjs';

test.each([
  ['12.21.0', ['pnpm']],
  ['12.0.1', ['pnpm']],
  ['11.4.0', ['npx', '--yes', '--loglevel=error', 'pnpm@12.21.0']],
  ['120.0.0', ['npx', '--yes', '--loglevel=error', 'pnpm@12.21.0']],
  ['', ['npx', '--yes', '--loglevel=error', 'pnpm@12.21.0']],
])('a pnpm that says %j is used only when it is the major version of the lock file', (version, expected) => {
  expect(choosePnpm(version)).toEqual(expected);
});
