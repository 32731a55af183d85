import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, GitMirrors, MirroredCommit } from '@drydock/core';
import { DrydockError, findRefFault, NO_SSH, parseGitUrl } from '@drydock/core';
import { chooseEvictions, type CachedMirror } from './choose-evictions.ts';
import { ignoreMissing, measureDirectory } from './directory-size.ts';
import { fetchMirror, type FetchLimits } from './fetch-mirror.ts';
import { takeLock } from './file-lock.ts';
import { candidatesFor, findCommit, isCommitSha } from './find-commit.ts';
import { runGit, type GitRoute } from './git-process.ts';
import { formatEndpoint, resolveHost, systemLookUp, type Endpoint, type LookUp } from './resolve-host.ts';
import { buildSshCommand, type SshIdentity } from './ssh-command.ts';

export interface GitMirrorOptions extends FetchLimits {
  /** Where mirrors are; made when it is missing. */
  readonly dir: string;
  /** Hosts (`host` or `host:port`, as a canonical URL spells them) that may be at an address that is not public. */
  readonly allowHosts: readonly string[];
  /** Bytes that all mirrors together may keep. One that is in use is never removed. */
  readonly budgetBytes: number;
  /** An http proxy for every fetch; it resolves names itself, behind our check. */
  readonly proxy?: string | undefined;
  /** What ssh is spoken with; without it no source may need ssh. */
  readonly ssh?: SshIdentity | undefined;
  readonly clock: Clock;
  readonly lookUp?: LookUp;
}

const MIRROR_SUFFIX = '.git';
const TRASH_PREFIX = '.trash-';
/** For a lock that is had at once or not at all. */
const TRY_LOCK_MS = 5_000;

/**
 * Bare mirrors of repositories, one per URL, shared by the workers of a host. Git runs here and nowhere else on the
 * host, and only to move objects: nothing is checked out, and no file of a repository is opened.
 *
 * Each mirror has two locks: `.use` is shared by whoever reads it and exclusive to whoever removes it; `.fetch` lets one
 * fetch at a time through. Lock files stay: a lock on a removed file excludes nobody.
 */
export class GitMirrorCache implements GitMirrors {
  readonly #options: GitMirrorOptions;
  readonly #allowHosts: ReadonlySet<string>;

  constructor(options: GitMirrorOptions) {
    this.#options = options;
    this.#allowHosts = new Set(options.allowHosts);
  }

  async fetch(source: { url: string; ref: string }, signal: AbortSignal): Promise<MirroredCommit> {
    const remote = parseSource(source);
    if (remote.transport === 'ssh' && this.#options.ssh === undefined) {
      throw new DrydockError('bad_source', { message: NO_SSH });
    }
    const name = nameOf(remote.href);
    const mirrorDir = join(this.#options.dir, name);
    await mkdir(this.#options.dir, { recursive: true, mode: 0o700 });
    const use = await takeLock(`${mirrorDir}.use`, 'shared', signal);
    const release = async () => {
      await use.release();
      await this.collectGarbage();
    };
    try {
      const request = { mirrorDir, url: remote.href, ref: source.ref };
      const sha = (await findKnown(request, signal)) ?? (await this.#update(request, remote, signal));
      await this.#touch(mirrorDir);
      return { mirrorDir, sha, [Symbol.asyncDispose]: release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  /**
   * Removes what was used least until the rest fits into the budget, mirrors that grew over their own limit, and what
   * an earlier removal left. Resolves with the names of what it removed.
   */
  async collectGarbage(): Promise<readonly string[]> {
    const { dir, budgetBytes, maxBytes } = this.#options;
    const names = (await readdir(dir).catch(ignoreMissing)) ?? [];
    for (const name of names.filter((name) => name.startsWith(TRASH_PREFIX))) await this.#remove(name);
    const mirrors = await Promise.all(
      names.filter((name) => name.endsWith(MIRROR_SUFFIX)).map((name) => this.#describe(name)),
    );
    const [tooLarge, others] = [true, false].map((is) =>
      mirrors.filter(({ bytes }) => bytes > maxBytes === is),
    );
    const removed: string[] = [];
    for (const { name } of [...(tooLarge ?? []), ...chooseEvictions(others ?? [], budgetBytes)]) {
      if (await this.#evict(name)) removed.push(name);
    }
    return removed;
  }

  /** Fetches, and finds the commit before another fetch can change what the refs say. */
  async #update(request: MirrorRequest, remote: Remote, signal: AbortSignal): Promise<string> {
    const route = await this.#connect(remote, signal);
    const lock = await takeLock(`${request.mirrorDir}.fetch`, 'exclusive', signal);
    try {
      await fetchMirror({ ...request, route }, this.#options, signal);
      const sha = await find(request, candidatesFor(request.ref), signal);
      if (sha !== undefined) return sha;
    } finally {
      await lock.release();
    }
    throw new DrydockError('bad_source', { message: `${request.url} has no commit "${request.ref}".` });
  }

  /** Lets git dial the addresses that were checked, and no other; ssh takes one: the resolver's first. */
  async #connect({ transport, endpoint }: Remote, signal: AbortSignal): Promise<GitRoute> {
    const { lookUp = systemLookUp, proxy = '', ssh } = this.#options;
    const addresses = await resolveHost(endpoint, { allowHosts: this.#allowHosts, lookUp }, signal);
    const [first] = addresses;
    if (transport === 'ssh' && ssh !== undefined && first !== undefined) {
      return { settings: [], sshCommand: buildSshCommand(ssh, endpoint, first) };
    }
    const list = addresses.map((address) => (address.includes(':') ? `[${address}]` : address)).join(',');
    return { settings: [`http.curloptResolve=${formatEndpoint(endpoint)}:${list}`, `http.proxy=${proxy}`] };
  }

  /** The lock file's time says when the mirror was last used. */
  async #touch(dir: string): Promise<void> {
    const now = this.#options.clock.now() / 1_000;
    await utimes(`${dir}.use`, now, now);
  }

  async #describe(name: string): Promise<CachedMirror> {
    const dir = join(this.#options.dir, name);
    const lock = await stat(`${dir}.use`).catch(ignoreMissing);
    return { name, bytes: await measureDirectory(dir), usedAt: lock?.mtimeMs ?? 0 };
  }

  async #evict(name: string): Promise<boolean> {
    const dir = join(this.#options.dir, name);
    const lock = await takeLock(`${dir}.use`, 'try', AbortSignal.timeout(TRY_LOCK_MS));
    if (lock === undefined) return false;
    const trash = `${TRASH_PREFIX}${randomUUID()}`;
    try {
      // Renamed first: a mirror is whole or not there.
      await rename(dir, join(this.#options.dir, trash));
      await this.#remove(trash);
      return true;
    } catch (error) {
      // Somebody else was faster.
      ignoreMissing(error);
      return false;
    } finally {
      await lock.release();
    }
  }

  async #remove(name: string): Promise<void> {
    await rm(join(this.#options.dir, name), { recursive: true, force: true });
  }
}

interface Remote {
  readonly transport: 'http' | 'ssh';
  readonly endpoint: Endpoint;
  readonly href: string;
}

interface MirrorRequest {
  readonly mirrorDir: string;
  readonly url: string;
  readonly ref: string;
}

/** Looked at by the API already; but this is where it becomes arguments and connections. */
function parseSource({ url, ref }: { url: string; ref: string }): Remote {
  const parsed = parseGitUrl(url);
  if (parsed.kind === 'refused') throw new DrydockError('bad_source', { message: parsed.reason });
  const fault = findRefFault(ref);
  if (fault !== undefined) throw new DrydockError('bad_source', { message: fault });
  const { transport, href, host, port } = parsed;
  return { transport, endpoint: { host, port }, href };
}

function nameOf(href: string): string {
  return `${createHash('sha256').update(href).digest('hex')}${MIRROR_SUFFIX}`;
}

/** A commit that is there is the same for ever: only a name has to be asked for. */
async function findKnown(request: MirrorRequest, signal: AbortSignal): Promise<string | undefined> {
  return isCommitSha(request.ref) ? find(request, [request.ref], signal) : undefined;
}

function find(
  { mirrorDir }: MirrorRequest,
  candidates: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  return findCommit(candidates, (args) => runGit({ mirrorDir, args }, signal));
}
