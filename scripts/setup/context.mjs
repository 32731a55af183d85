// @ts-check
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What every part of setup is given.
 * @typedef {object} SetupContext
 * @property {import('./config.mjs').SetupConfig} config
 * @property {Record<string, string | undefined>} env The caller's environment.
 * @property {import('./progress.mjs').Progress} progress
 * @property {AbortSignal} signal Aborted when another part failed or the user had enough.
 * @property {(part: string) => string} logFile Where a part's programs print to; the folder exists.
 */

/**
 * @param {Omit<SetupContext, 'logFile'>} parts
 * @returns {SetupContext}
 */
export function createContext(parts) {
  return {
    ...parts,
    logFile(part) {
      const dir = join(parts.config.cacheDir, 'logs');
      mkdirSync(dir, { recursive: true });
      return join(dir, `setup-${part}.log`);
    },
  };
}
