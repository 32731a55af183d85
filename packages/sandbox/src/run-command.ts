import { execFile } from 'node:child_process';
import { DrydockError } from '@drydock/core';

const COMMAND_TIMEOUT_MS = 15_000;

/** A program of the host with its arguments; there is no shell in between. */
export interface HostCommand {
  readonly file: string;
  readonly argv: readonly string[];
}

/** Runs it to its end, at most 15 s. Throws `internal_error` with what it wrote to stderr. */
export function runCommand({ file, argv }: HostCommand): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = {
    timeout: COMMAND_TIMEOUT_MS,
    killSignal: 'SIGKILL' as const,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  };
  execFile(file, argv, options, (error, stdout, stderr) => {
    if (error === null) return resolve(stdout);
    const message = `${file} failed: ${stderr.trim().slice(-500) || error.message}`;
    reject(new DrydockError('internal_error', { message, cause: error, details: { file, argv } }));
  });
  return promise;
}
