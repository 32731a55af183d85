import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { list } from '../host-probes.ts';
import { classifyFile } from './classify-file.ts';
import type { Counted, Kind } from './kinds.ts';
import { counted } from './kinds.ts';

interface Places {
  readonly dataDir: string;
  readonly stateDir: string;
  readonly tempDir: string;
  /** Digests of artifacts that a record names. */
  readonly digests: ReadonlySet<string>;
}

/** Every file that an installation has, by what it is. */
export async function countFiles(places: Places): Promise<Partial<Record<Kind, Counted>>> {
  const paths = await walk(places.dataDir);
  const of = (kind: Kind) => paths.filter((path) => classifyFile(path) === kind);
  const artifacts = of('artifacts of jobs');
  const isNamed = (path: string) => places.digests.has(basename(path));
  const state = (await list(places.stateDir)).map((name) => join(places.stateDir, name));
  return {
    'state files': counted([...of('state files'), ...state]),
    'temp files': counted(await walk(places.tempDir)),
    'cached layers': counted(of('cached layers')),
    'half-made layers': counted(of('half-made layers')),
    'git mirrors': counted(of('git mirrors')),
    'artifacts of jobs': counted(artifacts.filter(isNamed)),
    'artifacts replaced': counted(artifacts.filter((path) => !isNamed(path))),
    'half-written artifacts': counted(of('half-written artifacts')),
    'redis files': counted(of('redis files')),
    'log files': counted(of('log files')),
    'other files': counted(of('other files')),
  };
}

/** Paths of everything below that is no directory, relative to it. */
async function walk(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
