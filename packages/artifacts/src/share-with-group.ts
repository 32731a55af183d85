import { chmod, chown, lchown, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_TENANT } from '@drydock/contracts';
import { CONDEMNED, INCOMING, SHARDS } from './directory-layout.ts';

const ROOT = 0;
const CLOSED = 0o700;
const READ_BY_GROUP = 0o2750;
const WRITTEN_BY_GROUP = 0o2770;
const FILE_FOR_GROUP = 0o640;
const PERMISSIONS = 0o7777;

/**
 * Makes the directories of a DirectoryStore, as root, for services of one group beside root's: the group adds and
 * removes artifacts, and can neither add, rename nor remove a directory, so that none is ever a link to another place.
 * What an older version gave away is taken back. Call it before a service of the group starts; `dir` has to be in a
 * directory of root's alone. Throws where something else is in the place of a directory.
 */
export async function shareArtifacts(dir: string, gid: number): Promise<void> {
  await share(dir, gid, READ_BY_GROUP);
  await share(join(dir, CONDEMNED), gid, READ_BY_GROUP);
  for (const name of [INCOMING, ...SHARDS]) await share(join(dir, name), gid, WRITTEN_BY_GROUP);
}

/** The same for the files of an AuditDirectory: the group reads them, and can change none. */
export async function shareAudit(dir: string, gid: number): Promise<void> {
  await share(dir, gid, READ_BY_GROUP);
  await share(join(dir, DEFAULT_TENANT), gid, READ_BY_GROUP);
}

/** From the top: by then nobody else can put a link where `path` is. Its files are handed over while it is closed. */
async function share(path: string, gid: number, mode: number): Promise<void> {
  await mkdir(path, { mode: CLOSED }).catch(undefinedWhereTaken);
  const found = await lstat(path);
  if (!found.isDirectory()) throw new Error(`${path} is not a directory: look at who put it there.`);
  if (found.uid === ROOT && found.gid === gid && (found.mode & PERMISSIONS) === mode) return;
  await chown(path, ROOT, ROOT);
  await chmod(path, CLOSED);
  for (const name of await readdir(path)) await shareFile(join(path, name), gid);
  await chown(path, ROOT, gid);
  // Last: a start that a crash interrupts is seen by the mode, and repeated.
  await chmod(path, mode);
}

/** No directory, link or device; and no file with a second name, which may be another's that was linked here. */
async function shareFile(path: string, gid: number): Promise<void> {
  const found = await lstat(path);
  if (!found.isFile() || found.nlink !== 1) return;
  await lchown(path, ROOT, gid);
  await chmod(path, FILE_FOR_GROUP);
}

function undefinedWhereTaken(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}
