import { InstanceId, type FilesSource } from '@drydock/contracts';
import type { ExecResult, Layer, Sandbox, SandboxSpec } from '@drydock/core';
import { systemClock } from '@drydock/service-kit';
import { readSetupFacts } from '@drydock/testing';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxHost, type SandboxHostConfig } from '../src/index.ts';

const MIB = 1_024 * 1_024;
export const SPEC: SandboxSpec = {
  memoryBytes: 256 * MIB,
  cpus: 1,
  diskBytes: 32 * MIB,
  expiresAt: Date.now() + 3_600_000,
};

export const SOURCE: FilesSource = {
  type: 'files',
  files: [
    file('README.md', 'hello\n'),
    file('src/one.txt', 'one\n'),
    file('src/deep/two.txt', 'two\n'),
    file('bin/run.sh', '#!/bin/sh\necho run\n', true),
    file('crlf.txt', 'a\r\nb\r\n'),
    file('.gitignore', '*.log\n/out/\n'),
    file('kept.log', 'tracked although ignored\n'),
  ],
};

export function file(path: string, content: string, executable = false): FilesSource['files'][number] {
  return { path, content, encoding: 'utf8', executable };
}

/** An installation of a test's own: instance, layers and leftovers are nobody else's. */
export class TestHost implements AsyncDisposable {
  readonly config: SandboxHostConfig;
  readonly host: SandboxHost;
  readonly #layersDir: string;
  readonly #started: Sandbox[] = [];

  private constructor(config: SandboxHostConfig, host: SandboxHost) {
    this.config = config;
    this.host = host;
    this.#layersDir = config.layersDir;
  }

  static async open(overrides: Partial<SandboxHostConfig> = {}): Promise<TestHost> {
    const config = buildConfig(overrides);
    try {
      return new TestHost(config, await SandboxHost.open(config));
    } catch (error) {
      rmSync(config.layersDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** A sandbox with a workspace of `SOURCE`, writable unless said otherwise. */
  async start(
    access: 'read_only' | 'read_write' = 'read_write',
    spec: Partial<SandboxSpec> = {},
  ): Promise<Sandbox> {
    const layer = await this.layer();
    const sandbox = await this.host.sandboxes.start({ ...SPEC, ...spec }, soon());
    this.#started.push(sandbox);
    await sandbox.mountWorkspace(layer, access, soon());
    return sandbox;
  }

  layer(source: FilesSource = SOURCE): Promise<Layer> {
    return this.host.layers.ensure(source, soon());
  }

  /** What this installation has on the machine, beside sealed layers. Empty when nothing is running. */
  findLeftovers(): readonly string[] {
    const own = `label=drydock.instance=${this.config.instanceId}`;
    const containers = this.docker('ps', '-aq', '--filter', own);
    const volumes = this.docker('volume', 'ls', '-q', '--filter', own);
    return [
      ...containers.map((id) => `container ${id}`),
      ...volumes.map((name) => `volume ${name}`),
      ...this.findHostLeftovers(),
    ];
  }

  /** The same without what the engine has: for one that does not answer. */
  findHostLeftovers(): readonly string[] {
    const { instanceId } = this.config;
    const state = `/run/drydock/${instanceId}`;
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const claims = list('/run/drydock')
      .filter((name) => name.startsWith('uids'))
      .flatMap((name) => list(`/run/drydock/${name}`).map((uid) => `/run/drydock/${name}/${uid}`))
      .filter((path) => readText(path).includes(instanceId));
    return [
      ...mounts.filter((line) => line.includes(`${state}/shared/`)).map((line) => `mount ${line}`),
      ...list(`${state}/shared/slots`).map((slot) => `slot ${slot}`),
      ...claims.map((uid) => `uid ${uid}`),
      ...loopDevices()
        .filter((backing) => backing.startsWith(this.#layersDir))
        .map((path) => `loop ${path}`),
      ...[...list(this.#layersDir), ...list(join(this.#layersDir, 'copy'))]
        .filter((name) => name.startsWith('.'))
        .map((name) => `layers/${name}`),
    ];
  }

  /** Ends a container as the kernel's memory killer or a person might. */
  async kill(sandboxId: string): Promise<void> {
    this.docker('kill', `drydock-${this.config.instanceId}-${sandboxId}`);
  }

  /** Asks the engine of this installation; resolves with the lines of its answer. */
  docker(...args: readonly string[]): string[] {
    return docker('-H', `unix://${this.config.dockerSocket}`, ...args);
  }

  /** Ends the installation and resolves with what it left. */
  async close(): Promise<readonly string[]> {
    const leftovers = this.findLeftovers();
    // What a failed test forgot is reported above, and does not stay all the same.
    await Promise.all(this.#started.map((sandbox) => sandbox[Symbol.asyncDispose]()));
    await this.host.release();
    rmSync(this.#layersDir, { recursive: true, force: true });
    const { instanceId } = this.config;
    const cgroups = list('/sys/fs/cgroup').map((name) => `/sys/fs/cgroup/${name}/drydock-${instanceId}`);
    const paths = [`/run/drydock/${instanceId}`, `/sys/fs/cgroup/drydock-${instanceId}`, ...cgroups];
    return [...leftovers, ...paths.filter((path) => existsSync(path))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

export function buildConfig(overrides: Partial<SandboxHostConfig> = {}): SandboxHostConfig {
  const { imageId, runtimeDir, dockerSocket } = readSetupFacts();
  return {
    dockerSocket,
    imageId,
    runtimeDir,
    instanceId: InstanceId.parse(randomBytes(4).toString('hex')),
    clock: systemClock,
    ...overrides,
    layersDir: overrides.layersDir ?? mkdtempSync(join(tmpdir(), 'drydock-layers-')),
  };
}

/** Far longer than anything here takes. */
export function soon(): AbortSignal {
  return AbortSignal.timeout(50_000);
}

/** Runs a shell command in the workspace. */
export function run(sandbox: Sandbox, cmd: string, timeoutMs = 20_000): Promise<ExecResult> {
  return sandbox.exec({ cmd, workdir: '/job/work', timeoutMs, maxOutputBytes: 262_144 }, soon());
}

/** Its output, whole; throws where the command does not end with 0. */
export async function output(sandbox: Sandbox, cmd: string): Promise<string> {
  const result = await run(sandbox, cmd);
  const text = result.head + result.tail;
  if (result.exitCode !== 0) throw new Error(`${cmd}: ${result.exitCode ?? result.signal}: ${text}`);
  return text;
}

export function docker(...args: readonly string[]): string[] {
  return execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
}

function list(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir) : [];
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function loopDevices(): string[] {
  return execFileSync('losetup', ['-n', '-O', 'BACK-FILE', '-l'], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
}
