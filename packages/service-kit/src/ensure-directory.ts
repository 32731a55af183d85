import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from './config-error.ts';

/**
 * Makes the directory that a variable names, where there is none, for its owner alone. Throws ConfigError naming the
 * variable where it cannot be made or written.
 */
export async function ensureDirectory(variable: string, path: string): Promise<void> {
  try {
    await makeDirectory(path);
    await access(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const problem = `is ${path}, which cannot be made or written (${code}); set a directory that this user may write.`;
    throw new ConfigError([{ variable, problem }], { cause });
  }
}

/** One by one from the top: Node's recursive mkdir never ends below a file system that answers ENOENT, as /proc does. */
async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return;
  if (dirname(path) !== path) await makeDirectory(dirname(path));
  await mkdir(path, { mode: 0o700 }).catch(async (error: unknown) => {
    // Another process may have made it meanwhile.
    if (!(await isDirectory(path))) throw error;
  });
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
