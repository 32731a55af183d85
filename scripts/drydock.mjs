// @ts-check
/* `npm run drydock`: the command line, or what has to be done first. Runs on whatever Node the machine has. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  process.stderr.write('drydock: this checkout is not set up yet. Run `npm run setup` first.\n');
  process.exitCode = 78;
} else {
  const main = join(import.meta.dirname, '../packages/cli/src/main.ts');
  const { status } = spawnSync(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
