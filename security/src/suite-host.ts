import { InstanceId } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { readSetupFacts } from '@drydock/local-stack';
import { SandboxHost } from '@drydock/sandbox';
import type { Boundary } from './security-case.ts';
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
  /** Names of runtimes at the engine; undefined is its default for runc, and for others that it has none. */
  readonly runtimes: Readonly<Record<Boundary, string | undefined>>;
  readonly #host: SandboxHost;
  readonly #dir: string;

  private constructor(
    host: SandboxHost,
    own: Pick<SuiteHost, 'instanceId' | 'dockerSocket' | 'runtimes'>,
    dir: string,
  ) {
    this.#host = host;
    this.instanceId = own.instanceId;
    this.dockerSocket = own.dockerSocket;
    this.runtimes = own.runtimes;
    this.#dir = dir;
  }

  static async open(): Promise<SuiteHost> {
    const { dockerSocket, imageId, runtimeDir, ...facts } = await readSetupFacts();
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
    const { gvisorRuntime: chosen, debianGvisorRuntime: debian } = facts;
    const runtimes = {
      runc: undefined,
      gvisor_2022: debian,
      gvisor: chosen === debian ? undefined : chosen,
    };
    return new SuiteHost(host, { instanceId, dockerSocket, runtimes }, dir);
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
