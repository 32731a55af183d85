// @ts-check
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_PATH } from './config.mjs';

/**
 * Looks in the system's directories only: a shim of some version manager is not a machine's own program.
 * @param {string} name A command, or an absolute path of any file.
 * @returns {string | undefined}
 */
export function findCommand(name) {
  if (name.startsWith('/')) return isAllowed(name, constants.R_OK) ? name : undefined;
  return SYSTEM_PATH.split(':')
    .map((dir) => join(dir, name))
    .find((path) => isAllowed(path, constants.X_OK));
}

/**
 * @param {string} path
 * @param {number} mode
 */
function isAllowed(path, mode) {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
