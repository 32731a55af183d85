// @ts-check
/*
 * Brings a machine and this checkout to where jobs can run, and says in .cache/setup.json where everything is.
 * Runs before every start, demo and test, on whatever Node the machine has: plain JavaScript, no dependencies.
 */
import { resolve } from 'node:path';
import { parseConfig } from './setup/config.mjs';
import { createContext } from './setup/context.mjs';
import { createProgress } from './setup/progress.mjs';
import { SetupProblem } from './setup/setup-problem.mjs';
import { setUp } from './setup/set-up.mjs';

/** sysexits.h: the configuration of this machine is in the way. */
const EXIT_MACHINE_CANNOT = 78;
const EXIT_SIGNALS = /** @type {const} */ ({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 });

const stop = new AbortController();
for (const [signal, exitCode] of Object.entries(EXIT_SIGNALS)) {
  process.on(signal, () => {
    process.exitCode = exitCode;
    stop.abort(new Error(`stopped by ${signal}`));
  });
}

try {
  const config = parseConfig(process.env, resolve(import.meta.dirname, '..'), process.argv.slice(2));
  const progress = createProgress(process.stderr, stop.signal);
  await setUp(createContext({ config, env: process.env, progress, signal: stop.signal }), stop);
} catch (error) {
  report(error);
}

/** @param {unknown} error */
function report(error) {
  if (process.exitCode) return;
  process.exitCode = error instanceof SetupProblem ? EXIT_MACHINE_CANNOT : 1;
  if (error instanceof SetupProblem) {
    const lines = error.problems.map(({ what, cure }) => `  ✘ ${what}\n    → ${cure}\n`);
    process.stderr.write(`Drydock cannot be set up here:\n${lines.join('')}`);
  } else {
    process.stderr.write(`Setup broke: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}
