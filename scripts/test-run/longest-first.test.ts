import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LONG_FILES } from './longest-first.ts';

const ROOT_DIR = join(import.meta.dirname, '../..');

it('every file whose time is recorded is there', () => {
  expect(Object.keys(LONG_FILES).filter((path) => !existsSync(join(ROOT_DIR, path)))).toEqual([]);
});
