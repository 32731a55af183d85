import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { ignoreMissing, measureDirectory } from './directory-size.ts';
import { explainFetch, isUnknownRef } from './explain-fetch.ts';
import { ASKED_REF, isCommitSha, refspecsFor } from './find-commit.ts';
import { runGit, type GitResult, type GitRoute } from './git-process.ts';

export interface FetchLimits {
  /** Bytes that one mirror may have. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export interface FetchRequest {
  readonly mirrorDir: string;
  readonly url: string;
  readonly ref: string;
  readonly route: GitRoute;
}

const MEASURE_EVERY_MS = 200;
const MIB = 1_024 * 1_024;
/** What a git that was killed leaves: halves of packs, and locks that would refuse every fetch to come. */
const DEBRIS = /^tmp_|\.lock$/;
const FETCH = ['fetch', '--quiet', '--no-tags', '--prune', '--force', '--no-write-fetch-head', '--'];

/**
 * Fetches whole histories into a mirror, which is made when it is missing. The caller holds its fetch lock. Throws
 * `bad_source` and `source_unavailable` as `explainFetch` says; a mirror that got nothing is removed.
 */
export async function fetchMirror(
  request: FetchRequest,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<void> {
  const { mirrorDir } = request;
  const init = ['init', '--quiet', '--bare', '--template=', '--initial-branch=main'];
  const made = await runGit({ mirrorDir, args: init }, signal);
  if (made.exitCode !== 0) throw broken(made);
  await removeDebris(mirrorDir);
  try {
    await fetchWithin(request, refspecsFor(request.ref), { limits, signal });
    if (isCommitSha(request.ref)) await fetchUnreachable(request, { limits, signal });
  } catch (error) {
    await removeDebris(mirrorDir);
    if (!(await hasPack(mirrorDir))) await rm(mirrorDir, { recursive: true, force: true });
    throw error;
  }
}

interface Bounds {
  readonly limits: FetchLimits;
  readonly signal: AbortSignal;
}

/** A commit that no branch or tag leads to: many servers give it to whoever knows its name. */
async function fetchUnreachable(request: FetchRequest, bounds: Bounds): Promise<void> {
  const { mirrorDir, ref } = request;
  const found = await runGit({ mirrorDir, args: ['cat-file', '-e', `${ref}^{commit}`] }, bounds.signal);
  if (found.exitCode !== 0) await fetchWithin(request, [`+${ref}:${ASKED_REF}`], bounds);
}

/** Runs one fetch within time and size. A ref that the server does not have is the caller's to notice. */
async function fetchWithin(
  { mirrorDir, url, route }: FetchRequest,
  refspecs: readonly string[],
  { limits, signal }: Bounds,
): Promise<void> {
  const { maxBytes, timeoutMs, clock } = limits;
  const tooLarge = new AbortController();
  const timeout = AbortSignal.timeout(timeoutMs);
  const ended = new AbortController();
  const watching = watchSize({ mirrorDir, maxBytes, clock, tooLarge }, ended.signal);
  const args = [...FETCH, url, ...refspecs];
  const killed = AbortSignal.any([signal, timeout, tooLarge.signal]);
  const result = await runGit({ mirrorDir, args, route }, killed).finally(() => ended.abort());
  await watching;
  signal.throwIfAborted();
  if (tooLarge.signal.aborted) {
    const most = `${Math.floor(maxBytes / MIB)} MiB that a repository may have`;
    const message = `${url} has more than the ${most}; the operator can raise DRYDOCK_GIT_MAX_MB.`;
    throw new DrydockError('bad_source', { message });
  }
  if (timeout.aborted) {
    const within = `${timeoutMs / 1_000} s; the operator can raise DRYDOCK_GIT_FETCH_SECONDS`;
    const message = `${url} was not fetched within ${within}.`;
    throw new DrydockError('source_unavailable', { message });
  }
  if (result.exitCode !== 0 && !isUnknownRef(result.stderr)) throw explainFetch(url, result.stderr);
}

/** Looks at the mirror's size until the fetch has ended, and once more then. */
async function watchSize(
  watch: Pick<FetchRequest, 'mirrorDir'> &
    Omit<FetchLimits, 'timeoutMs'> & { readonly tooLarge: AbortController },
  ended: AbortSignal,
): Promise<void> {
  while (!watch.tooLarge.signal.aborted) {
    const isLast = ended.aborted;
    if ((await measureDirectory(watch.mirrorDir)) > watch.maxBytes) watch.tooLarge.abort();
    if (isLast) return;
    // Woken by the end of the fetch, which is no error.
    await watch.clock.sleep(MEASURE_EVERY_MS, ended).catch(() => undefined);
  }
}

async function removeDebris(mirrorDir: string): Promise<void> {
  const entries = await readdir(mirrorDir, { withFileTypes: true, recursive: true });
  for (const { name, parentPath } of entries) {
    if (DEBRIS.test(name)) await rm(join(parentPath, name), { recursive: true, force: true });
  }
}

async function hasPack(mirrorDir: string): Promise<boolean> {
  const names = (await readdir(join(mirrorDir, 'objects/pack')).catch(ignoreMissing)) ?? [];
  return names.some((name) => name.endsWith('.idx'));
}

function broken({ stderr }: GitResult): DrydockError {
  return new DrydockError('internal_error', {
    message: `The mirror cannot be made: ${stderr.trim().slice(-300)}`,
  });
}
