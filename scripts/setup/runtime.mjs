// @ts-check
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SetupProblem } from './setup-problem.mjs';

/** @typedef {import('./context.mjs').SetupContext} SetupContext */

/**
 * Finds or makes the directory that is injected into sandboxes. It runs at every setup, so it says nothing; the
 * package is TypeScript, so the project's own Node runs it.
 * @param {SetupContext} context
 * @returns {Promise<string>} its absolute path
 */
export async function ensureRuntimeDir({ config, signal, env }) {
  const main = join(config.rootDir, 'infra/runtime/src/main.ts');
  const compileCache = join(config.cacheDir, 'compile-cache');
  const made = promisify(execFile)(config.nodeBinary, [main], {
    signal: AbortSignal.any([signal, AbortSignal.timeout(120_000)]),
    env: { ...env, NODE_COMPILE_CACHE: compileCache },
  });
  const { stdout } = await made.catch((error) => {
    signal.throwIfAborted();
    const what = `the runtime for sandboxes cannot be made: ${String(error.stderr || error.message).trim()}`;
    throw new SetupProblem([{ what, cure: 'mend what it names and run this again' }], error);
  });
  return JSON.parse(stdout).runtimeDir;
}
