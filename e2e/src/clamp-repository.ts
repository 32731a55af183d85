import type { FilesSource } from '@drydock/contracts';

const CLAMP = `export function clamp(n, low, high) {
  if (n < low) return low;
  if (n > high) return high;
  return n;
}
`;
const TESTS = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clamp } from '../src/clamp.js';

test('keeps what is inside', () => assert.equal(clamp(2, 0, 5), 2));
`;
const RED = `test('lowers what is above', () => assert.equal(clamp(9, 0, 5), 5));
`;

/** A repository of one function; broken, it has a test that fails. */
export function clampRepository({ isBroken }: { isBroken: boolean }): FilesSource {
  const files = {
    'package.json': '{ "type": "module" }\n',
    'src/clamp.js': isBroken ? CLAMP.replace('return high', 'return low') : CLAMP,
    'test/clamp.test.js': isBroken ? TESTS + RED : TESTS,
  };
  const toFile = ([path, content]: [string, string]) =>
    ({ path, content, encoding: 'utf8', executable: false }) as const;
  return { type: 'files', files: Object.entries(files).map(toFile) };
}
