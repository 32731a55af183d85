import fc from 'fast-check';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../src/layer/byte-reader.ts';
import { readTar } from '../src/layer/read-tar.ts';
import { SourceProblem } from '../src/layer/source-problem.ts';
import { unpackArchive } from '../src/layer/unpack-archive.ts';
import { tarArchive, tarFile } from './tar-arbitrary.ts';

const RUNS = 250;
const TIMEOUT_MS = 60_000;
const MIB = 1 << 20;

type Unpack = typeof unpackArchive;

/** A tree to unpack into, two directories deep, with something beside it that must stay as it is. */
class Place implements Disposable {
  readonly #dir = mkdtempSync(join(tmpdir(), 'drydock-archive-'));
  readonly root = join(this.#dir, 'job', 'tree');

  constructor() {
    mkdirSync(this.root, { recursive: true });
    mkdirSync(join(this.#dir, 'job', 'outside'));
    writeFileSync(join(this.#dir, 'job', 'outside', 'canary'), 'alive');
  }

  /** All that is not in the tree. */
  outside(): string[] {
    const found = listTree(this.#dir).filter((path) => !path.startsWith('job/tree/'));
    return [...found, readFileSync(join(this.#dir, 'job', 'outside', 'canary'), 'utf8')];
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Everything below a directory, links as themselves: `readdir` would follow them. */
function listTree(dir: string, prefix = ''): string[] {
  const entries = readdirSync(join(dir, prefix), { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      return entry.isDirectory() ? [path, ...listTree(dir, path)] : [path];
    })
    .toSorted();
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function problemOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Files and links of the tree, none of which is anything but a plain one. */
function assertPlain(root: string): string[] {
  return listTree(root).filter((path) => {
    const stats = lstatSync(join(root, path));
    expect(path).not.toMatch(/(?:^|\/)\.git(?:\/|$)/i);
    if (stats.isDirectory()) return false;
    expect(stats.isFile() || stats.isSymbolicLink()).toBe(true);
    expect(stats.isSymbolicLink() || [0o644, 0o755].includes(stats.mode & 0o7777)).toBe(true);
    expect(stats.size).toBeLessThan(MIB);
    return true;
  });
}

/** Unpacks, and answers with what came of it. */
async function unpackInto(place: Place, archive: Buffer, unpack: Unpack) {
  let paths: readonly string[] | undefined;
  const work = async () => void (paths = await unpack(place.root, inPieces(gzipSync(archive), 300)));
  return { problem: await problemOf(work()), paths };
}

const staysInside = (unpack: Unpack) =>
  fc.asyncProperty(tarArchive, async (archive) => {
    using place = new Place();
    const before = place.outside();
    await unpackInto(place, archive, unpack);
    expect(place.outside()).toEqual(before);
  });

/** As a first draft would do it: what stands in the archive, where it says, in its order. */
const naive: Unpack = async (root, compressed) => {
  const chunks: Buffer[] = [];
  for await (const chunk of compressed) chunks.push(chunk);
  const input = new ByteReader(inPieces(gunzipSync(Buffer.concat(chunks)), 4_096));
  try {
    for await (const entry of readTar(input)) {
      const path = join(root, entry.path);
      await mkdir(entry.kind === 'directory' ? path : dirname(path), { recursive: true });
      if (entry.kind === 'file') await writeFile(path, entry.chunks);
      if (entry.kind === 'symlink') await symlink(entry.target, path);
    }
  } catch (cause) {
    throw new SourceProblem('It cannot be unpacked.', { cause });
  }
  return [];
};

describe('an archive', () => {
  it('never changes anything beside its tree', { timeout: TIMEOUT_MS }, async () => {
    await expect(fc.assert(staysInside(unpackArchive), { numRuns: RUNS })).resolves.toBeUndefined();
  });

  it('would be seen to where its names were believed', { timeout: TIMEOUT_MS }, async () => {
    expect((await fc.check(staysInside(naive), { numRuns: RUNS })).failed).toBe(true);
  });

  it('becomes plain files and links, or is refused in words', { timeout: TIMEOUT_MS }, async () => {
    let unpacked = 0;
    const isPlain = fc.asyncProperty(tarArchive, async (archive) => {
      using place = new Place();
      const { problem, paths } = await unpackInto(place, archive, unpackArchive);
      expect(problem === undefined || problem instanceof SourceProblem, String(problem)).toBe(true);
      const found = assertPlain(place.root);
      if (paths === undefined) return;
      unpacked += 1;
      expect([...paths].toSorted()).toEqual(found);
    });
    await fc.assert(isPlain, { numRuns: RUNS });
    // Refusing everything would be no claim, and neither would refusing nothing.
    expect(unpacked).toBeGreaterThan(RUNS / 20);
    expect(unpacked).toBeLessThan(RUNS);
  });

  it('whose stream is damaged is refused', { timeout: TIMEOUT_MS }, async () => {
    const whole = gzipSync(Buffer.concat([tarFile('a', 'x'.repeat(600)), Buffer.alloc(1_024)]));
    const isRefused = fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, byte) => {
      using place = new Place();
      const damaged = Buffer.from(whole);
      damaged[at] = byte;
      const problem = await problemOf(unpackArchive(place.root, inPieces(damaged, 16)));
      expect(problem === undefined || problem instanceof SourceProblem, String(problem)).toBe(true);
    });
    await fc.assert(isRefused, { numRuns: 100 });
  });

  it.each([
    ['a file of zeros', () => tarFile('a', '\0'.repeat(64 * MIB))],
    ['bytes behind its end', () => Buffer.concat([tarFile('a', ''), Buffer.alloc(64 * MIB)])],
  ])('that unfolds more than a hundredfold is refused: %s', { timeout: TIMEOUT_MS }, async (_, write) => {
    using place = new Place();
    const bomb = gzipSync(Buffer.concat([write(), Buffer.alloc(1_024)]));
    const problem = await problemOf(unpackArchive(place.root, inPieces(bomb, 4_096)));
    expect(problem).toMatchObject({ message: expect.stringContaining('100 times') as string });
  });
});
