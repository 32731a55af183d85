import { chmod, chown, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shareArtifacts, shareAudit } from '@drydock/artifacts';
import type { DataDir } from './data-dir.ts';
import { StartError } from './start-error.ts';

/** Who a service runs as. */
export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
}

/** The api's own: no account of the machine, and none of the uids of sandboxes. */
export const API_USER: ServiceUser = { uid: 64_510, gid: 64_510 };
const SEARCH_BY_OTHERS = 0o001;
const WRITE_BY_OTHERS = 0o002;
const SOURCES = fileURLToPath(new URL('../../..', import.meta.url));

export type ApiUser =
  | { readonly kind: 'own'; readonly user: ServiceUser }
  /** The api runs as the launcher does; `because` says why, to the operator. */
  | { readonly kind: 'launcher'; readonly because: string };

/**
 * Prepares the data directory for an api that is not root, where the launcher is: whoever takes it over can then read no
 * key of the worker. What is closed to others stays closed, and the api is the launcher's user then.
 */
export async function prepareApiUser(data: DataDir, redisUrl: string | undefined): Promise<ApiUser> {
  if (process.getuid?.() !== 0) return launcher('the launcher is not root');
  const socket = redisUrl === undefined ? undefined : socketOf(redisUrl);
  if (socket !== undefined && !(await isWritableByOthers(socket)))
    return launcher('the socket of REDIS_URL is closed to others');
  for (const path of [dirname(data.root), SOURCES, await realpath(process.execPath)])
    if (!(await isOpenToOthers(path))) return launcher(`${path} is closed to others`);
  // Search and no more: names cannot be listed, and every key in there is a file of root's alone.
  await chmod(data.root, 0o711);
  await chmod(dirname(data.stateDir), 0o711);
  await chmod(data.stateDir, 0o711);
  await shareStores(data.root);
  return { kind: 'own', user: API_USER };
}

/** The api writes uploads, and reads results and the audit log; the directories stay root's. */
async function shareStores(root: string): Promise<void> {
  try {
    await shareArtifacts(join(root, 'artifacts'), API_USER.gid);
    await shareAudit(join(root, 'audit'), API_USER.gid);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`the data directory cannot be shared with the api: ${why}`, { cause });
  }
}

const launcher = (because: string): ApiUser => ({ kind: 'launcher', because });

/** Undefined for a server that is reached over the network. */
function socketOf(redisUrl: string): string | undefined {
  if (redisUrl.startsWith('/')) return redisUrl;
  return redisUrl.startsWith('unix://') ? redisUrl.slice('unix://'.length) : undefined;
}

/** Whoever connects to a socket has to be able to write to it. */
async function isWritableByOthers(socket: string): Promise<boolean> {
  const { mode } = await stat(socket);
  return (mode & WRITE_BY_OTHERS) !== 0 && (await isOpenToOthers(dirname(socket)));
}

/** Hands a file or socket of the launcher's to the api, for it alone. */
export async function giveToApi(path: string, { uid, gid }: ServiceUser): Promise<void> {
  await chmod(path, 0o600);
  await chown(path, uid, gid);
}

/** Whether everybody may search all directories down to a path. */
async function isOpenToOthers(path: string): Promise<boolean> {
  const parent = dirname(path);
  if (parent !== path && !(await isOpenToOthers(parent))) return false;
  const { mode } = await stat(path);
  return (mode & SEARCH_BY_OTHERS) !== 0;
}
