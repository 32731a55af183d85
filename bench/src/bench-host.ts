import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InstanceId } from '@drydock/contracts';
import type { HeldLayer, Sandbox, SandboxSpec } from '@drydock/core';
import { LIMITS } from '@drydock/core';
import { SandboxHost } from '@drydock/sandbox';
import { readSetupFacts } from '@drydock/local-stack';
import { systemClock } from '@drydock/service-kit';
import { Engine } from './engine.ts';

const HOUR_MS = 3_600_000;
const TIMEOUT_MS = 120_000;

/** A place for sandboxes of the bench's own, which leaves nothing. */
export class BenchHost implements AsyncDisposable {
  readonly host: SandboxHost;
  readonly engine: Engine;
  readonly #dir: string;

  private constructor(host: SandboxHost, engine: Engine, dir: string) {
    this.host = host;
    this.engine = engine;
    this.#dir = dir;
  }

  static async open(): Promise<BenchHost> {
    const { dockerSocket, imageId, runtimeDir } = await readSetupFacts();
    const dir = await mkdtemp(join(tmpdir(), 'drydock-bench-'));
    const host = await SandboxHost.open({
      dockerSocket,
      imageId,
      runtimeDir,
      instanceId: InstanceId.parse(randomBytes(4).toString('hex')),
      layersDir: join(dir, 'layers'),
      clock: systemClock,
    });
    return new BenchHost(host, new Engine({ dockerSocket, imageId }), dir);
  }

  /** What jobs ask for that name no limits. */
  get spec(): SandboxSpec {
    return {
      memoryBytes: LIMITS.memory_mb.default * 2 ** 20,
      diskBytes: LIMITS.disk_mb.default * 2 ** 20,
      cpus: LIMITS.cpus.default,
      expiresAt: systemClock.now() + HOUR_MS,
    };
  }

  boot(): Promise<Sandbox> {
    return this.host.sandboxes.start(this.spec, soon());
  }

  /** The layer of a repository with so many files. */
  async layer(files: number): Promise<HeldLayer> {
    const mirrorDir = join(this.#dir, `${files}.git`);
    const git = (args: readonly string[], input?: string) =>
      execFileSync('git', ['-C', mirrorDir, ...args], { encoding: 'utf8', input, maxBuffer: 2 ** 20 });
    execFileSync('git', ['init', '--quiet', '--bare', mirrorDir]);
    git(['fast-import', '--quiet'], describeRepository(files));
    const sha = git(['rev-parse', 'refs/heads/main']).trim();
    return this.host.layers.ensure({ type: 'git', mirrorDir, sha }, soon());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.release();
    await rm(this.#dir, { recursive: true, force: true });
  }
}

/** Far longer than anything here takes. */
export function soon(): AbortSignal {
  return AbortSignal.timeout(TIMEOUT_MS);
}

/** One commit, a hundred files a directory, in the language of git-fast-import. */
function describeRepository(files: number): string {
  const author = 'committer bench <bench@localhost> 946684800 +0000';
  const lines = [`blob\nmark :1\ndata 6\nhello\n`, `commit refs/heads/main\n${author}\ndata 5\nbench`];
  for (let file = 0; file < files; file += 1) {
    lines.push(`M 100644 :1 dir${Math.floor(file / 100)}/file${file}.txt`);
  }
  return `${lines.join('\n')}\n\n`;
}
