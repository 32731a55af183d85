import { InstanceId } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { readSetupFacts } from '@drydock/local-stack';
import { SandboxHost } from '@drydock/sandbox';
import { systemClock } from '@drydock/service-kit';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIB = 1_024 * 1_024;
const LIFE_MS = 600_000;
const TIMEOUT_MS = 120_000;

/** Far longer than anything here takes. */
export function soon(): AbortSignal {
  return AbortSignal.timeout(TIMEOUT_MS);
}

/** An installation of the suite's own, which leaves nothing. */
export class SuiteHost implements AsyncDisposable {
  readonly instanceId: InstanceId;
  readonly dockerSocket: string;
  /** Name of gVisor's runtime at the engine; undefined where it has none. */
  readonly gvisorRuntime: string | undefined;
  readonly #host: SandboxHost;
  readonly #dir: string;

  private constructor(
    host: SandboxHost,
    own: Pick<SuiteHost, 'instanceId' | 'dockerSocket' | 'gvisorRuntime'>,
    dir: string,
  ) {
    this.#host = host;
    this.instanceId = own.instanceId;
    this.dockerSocket = own.dockerSocket;
    this.gvisorRuntime = own.gvisorRuntime;
    this.#dir = dir;
  }

  static async open(): Promise<SuiteHost> {
    const { dockerSocket, imageId, runtimeDir, gvisorRuntime } = await readSetupFacts();
    const dir = await mkdtemp(join(tmpdir(), 'drydock-security-'));
    const instanceId = InstanceId.parse(randomBytes(4).toString('hex'));
    const layersDir = join(dir, 'layers');
    const host = await SandboxHost.open({
      dockerSocket,
      imageId,
      runtimeDir,
      instanceId,
      layersDir,
      clock: systemClock,
    });
    return new SuiteHost(host, { instanceId, dockerSocket, gvisorRuntime }, dir);
  }

  /** A sandbox with a small workspace. The cases of resources know these limits. */
  async start(runtime: string | undefined): Promise<Sandbox> {
    const files = [{ path: 'README.md', content: 'hello\n', encoding: 'utf8' as const, executable: false }];
    using layer = await this.#host.layers.ensure({ type: 'files', files }, soon());
    const sandbox = await this.#host.sandboxes.start(
      {
        memoryBytes: 256 * MIB,
        diskBytes: 32 * MIB,
        cpus: 1,
        expiresAt: systemClock.now() + LIFE_MS,
        ...(runtime === undefined ? {} : { runtime }),
      },
      soon(),
    );
    await sandbox.mountWorkspace(layer, 'read_write', soon());
    return sandbox;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host.release();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
