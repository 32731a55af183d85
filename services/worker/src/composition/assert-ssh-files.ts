import { stat } from 'node:fs/promises';
import type { SshIdentity } from '@drydock/git-mirror';
import { ConfigError, type ConfigProblem } from '@drydock/service-kit';

/** Read, write and execute of group and others. */
const NOT_THE_OWNERS = 0o077;

/**
 * Throws ConfigError where ssh could not use the operator's files: a key that others can read is refused here once, with
 * what to do, rather than by ssh at every job.
 */
export async function assertSshFiles(files: SshIdentity | undefined): Promise<void> {
  if (files === undefined) return;
  const problems = [
    ...(await findFaults('DRYDOCK_GIT_SSH_KEY_FILE', files.keyFile, true)),
    ...(await findFaults('DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE', files.knownHostsFile, false)),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

async function findFaults(variable: string, path: string, isKey: boolean): Promise<readonly ConfigProblem[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size === 0) {
    return [{ variable, problem: 'names no file with anything in it; set the path of one.' }];
  }
  if (!isKey) return [];
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  if ((found.mode & NOT_THE_OWNERS) !== 0) {
    return [{ variable, problem: `names a key with mode ${mode}, which others can read; chmod 0600 it.` }];
  }
  if (found.uid !== process.getuid?.()) {
    return [
      { variable, problem: 'names a key of another user; chown it to the one that the worker runs as.' },
    ];
  }
  return [];
}
