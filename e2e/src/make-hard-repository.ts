import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Deep enough that paths of it are over 1,000 characters. */
const DEPTH = 90;
export const DEEP_FILE = `${Array.from({ length: DEPTH }, (_, at) => `level-${at}`).join('/')}/end.txt`;
/** Names that shells, patches and JSON trip over; those with control characters are refused (docs/errors.md, `bad_source`). */
export const ODD_NAMES = [
  'with space.txt',
  '-leading-dash.txt',
  "quote's.txt",
  'double".txt',
  'ünïcödé-日本.txt',
  '$HOME`x`.txt',
  'back\\slash.txt',
] as const;
const HUGE_LINES = 400_000;

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'src/calc.js': 'exports.add = (a, b) => a - b;\r\nexports.one = 1;\r\n',
  'test/calc.test.js':
    "const {test} = require('node:test');\nconst assert = require('node:assert');\ntest('adds', () => assert.equal(require('../src/calc').add(1, 2), 3));\n",
  'tools/gen.py': 'print("hello")\n',
  'lib/mod.go': 'package lib\n\nfunc One() int { return 1 }\n',
  Makefile: 'all:\n\tnode --test\n',
  'package.json': '{"scripts": {"test": "node --test"}}\n',
  'no-newline.txt': 'last line without an end',
  'empty.txt': '',
  'logo.bin': Uint8Array.from({ length: 70_000 }, (_, at) => (at * 31) % 256),
  'mixed.txt': 'unix\nwindows\r\nmac\rend\n',
  'bom.txt': '\uFEFFwith a mark\n',
  'latin1.txt': Uint8Array.from([0x63, 0x61, 0x66, 0xe9, 0x0a]),
  [DEEP_FILE]: 'deep\n',
  ...Object.fromEntries(ODD_NAMES.map((name) => [`odd/${name}`, `${JSON.stringify(name)}\n`])),
};

/** Fills a directory with what repositories have that is hard: 13 MB in one file, names, bytes, links, depths. */
export function writeHardRepository(dir: string): void {
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  const rows = Array.from({ length: HUGE_LINES }, (_, at) => `row ${at} of a huge table\n`);
  writeFileSync(join(dir, 'huge.csv'), rows.join(''));
  symlinkSync('src/calc.js', join(dir, 'link-to-file'));
  symlinkSync('nowhere', join(dir, 'link-to-nothing'));
  writeFileSync(join(dir, 'run.sh'), '#!/bin/sh\necho run\n');
  chmodSync(join(dir, 'run.sh'), 0o755);
}
