// @ts-check
/* `npm run drydock`: the command line, or what has to be done first. Runs on whatever Node the machine has. */
const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  process.stderr.write('drydock: this checkout is not set up yet. Run `npm run setup` first.\n');
  process.exitCode = 78;
} else await import('../packages/cli/src/main.ts');
