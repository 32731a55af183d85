/** Checks the rules of source-rules.ts over every source file but their own test. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSourceViolations } from './source-rules.ts';

const root = join(import.meta.dirname, '..');
const files = globSync('{packages,services,infra,examples/src,e2e,scripts,bench,*.ts}/**/*.{ts,mjs,cjs}', {
  cwd: root,
  exclude: (name) => name === 'node_modules' || name === 'source-rules.test.ts',
});

let count = 0;
for (const file of files) {
  for (const { line, rule, message } of findSourceViolations(file, readFileSync(join(root, file), 'utf8'))) {
    console.error(`${file}:${line} ${rule}: ${message}`);
    count += 1;
  }
}
console.log(`source rules: ${files.length} files, ${count} violations`);
process.exitCode = count === 0 && files.length > 0 ? 0 : 1;
