import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import Docker from 'dockerode';
import type { Duplex } from 'node:stream';
import { withDeadline } from './deadline.ts';
import { toEngineFacts, type EngineFacts, type EngineInfo } from './engine-facts.ts';
import type { ExecInspection } from './find-foreign-execs.ts';
import type { EngineVersion } from './engine-product.ts';
import { hasStatus, statusOf } from './engine-status.ts';
import { GuestProcess, type GuestOutput } from './guest-process.ts';

/** Most calls take milliseconds; creating a container can wait for the disk. */
const CALL_TIMEOUT_MS = 5_000;
const CREATE_TIMEOUT_MS = 30_000;
/** For all calls of a removal together: a sandbox is dead 8 s after that was decided, by its cgroup where need be. */
const REMOVE_TIMEOUT_MS = 5_000;
const POLL_MS = 50;
const LOST_ENGINE_POLL_MS = 1_000;
const EXIT_POLL_MS = 10;
const EXIT_ATTEMPTS = 200;

export type ContainerOptions = Docker.ContainerCreateOptions;
export type ContainerInspection = Docker.ContainerInspectInfo;

/** The vendor's types leave out that an image may have none of these. */
interface ImageConfig {
  readonly Env?: readonly string[] | null;
  readonly Volumes?: object | null;
}

/** What an image would do to a container if nobody said otherwise. */
export interface ImageFacts {
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly volumes: readonly string[];
}

export interface ListedContainer {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface GuestCommand {
  readonly argv: readonly string[];
  readonly uid: number;
  readonly workdir: string;
}

export interface GuestExec {
  readonly process: GuestProcess;
  /** Exit code of the process that ended; null when the engine does not say so within 2 s. */
  exitCode(): Promise<number | null>;
}

/**
 * Docker Engine, in our words. Every call has a deadline. Vendor errors become `engine_unavailable` where the engine
 * did not answer and `internal_error` with `details.status` where it answered no.
 */
export class DockerEngine {
  readonly #docker: Docker;
  readonly #clock: Clock;

  constructor(socketPath: string, clock: Clock) {
    this.#docker = new Docker({ socketPath });
    this.#clock = clock;
  }

  /** Throws `engine_unavailable` where the engine does not answer. */
  async ping(): Promise<void> {
    await this.#call('ping', () => this.#docker.ping());
  }

  async describe(): Promise<EngineFacts> {
    return toEngineFacts((await this.#call('info', () => this.#docker.info())) as EngineInfo);
  }

  async describeVersion(): Promise<EngineVersion> {
    return this.#call('version', () => this.#docker.version());
  }

  async describeImage(imageId: string): Promise<ImageFacts> {
    const image = await this.#call('inspect image', () => this.#docker.getImage(imageId).inspect());
    const { Env, Volumes }: ImageConfig = image.Config;
    return { env: Env ?? [], volumes: Object.keys(Volumes ?? {}) };
  }

  /** Makes a container and resolves with its id. When it throws, a container of that name may exist all the same. */
  async create(name: string, options: ContainerOptions): Promise<string> {
    const container = await this.#call(
      'create container',
      () => this.#docker.createContainer({ ...options, name }),
      CREATE_TIMEOUT_MS,
    );
    return container.id;
  }

  async start(id: string): Promise<void> {
    await this.#call('start container', () => this.#docker.getContainer(id).start(), CREATE_TIMEOUT_MS);
  }

  /** Nothing inside runs until `unpause`. A paused container outlives whoever holds its streams: its lease is what ends it. */
  async pause(id: string): Promise<void> {
    await this.#call('pause container', () => this.#docker.getContainer(id).pause());
  }

  async unpause(id: string): Promise<void> {
    await this.#call('unpause container', () => this.#docker.getContainer(id).unpause());
  }

  /** By id or name; undefined where there is none. */
  async findContainer(id: string, timeoutMs = CALL_TIMEOUT_MS): Promise<ContainerInspection | undefined> {
    const container = this.#docker.getContainer(id);
    return this.#unlessMissing(() =>
      this.#call('inspect container', (abortSignal) => container.inspect({ abortSignal }), timeoutMs),
    );
  }

  /** Throws `engine_unavailable` where nobody can say: an engine that goes away refuses with all kinds of words first. */
  async isRunning(id: string): Promise<boolean> {
    return (await this.findContainer(id))?.State.Running === true;
  }

  /** Every container with that value of `drydock.instance`, running or not. */
  async listContainers(instanceId: string): Promise<readonly ListedContainer[]> {
    const filters = { label: [`drydock.instance=${instanceId}`] };
    const found = await this.#call('list containers', () =>
      this.#docker.listContainers({ all: true, filters }),
    );
    return found.map(({ Id, Labels, Created }) => ({ id: Id, labels: Labels, createdAt: Created * 1_000 }));
  }

  /** The main process of a container that is not started yet. */
  async attach(id: string, output: GuestOutput): Promise<GuestProcess> {
    const options = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
    const stream = await this.#openStream('attach', (abortSignal) =>
      this.#docker.getContainer(id).attach({ ...options, abortSignal }),
    );
    return new GuestProcess(stream, output);
  }

  /** Starts a process in a running container. Throws `sandbox_lost` where it does not run. */
  async exec(id: string, command: GuestCommand, output: GuestOutput): Promise<GuestExec> {
    try {
      const exec = await this.#call('create exec', () =>
        this.#docker.getContainer(id).exec({
          Cmd: [...command.argv],
          User: `${command.uid}:${command.uid}`,
          WorkingDir: command.workdir,
          AttachStdin: true,
          AttachStdout: true,
          AttachStderr: true,
        }),
      );
      const stream = await this.#openStream('start exec', (abortSignal) =>
        exec.start({ hijack: true, stdin: true, abortSignal }),
      );
      return { process: new GuestProcess(stream, output), exitCode: () => this.#exitCode(exec) };
    } catch (cause) {
      if (await this.isRunning(id)) throw cause;
      throw new DrydockError('sandbox_lost', { cause });
    }
  }

  /** How processes were started; one that has ended meanwhile is left out. */
  async listExecs(ids: readonly string[]): Promise<readonly ExecInspection[]> {
    const found = await Promise.all(
      ids.map((id) =>
        this.#unlessMissing(() =>
          this.#call('inspect exec', (abortSignal) => this.#docker.getExec(id).inspect({ abortSignal })),
        ),
      ),
    );
    return found.flatMap((exec) => {
      if (!exec?.Running) return [];
      const { privileged, user } = exec.ProcessConfig;
      return [{ privileged, user }];
    });
  }

  /** Kills and removes by id or name, with anonymous volumes, and waits until nothing is left. None there is fine. */
  async remove(id: string): Promise<void> {
    const end = this.#clock.now() + REMOVE_TIMEOUT_MS;
    while ((await this.#tryRemove(id, end)) !== 'gone') {
      if (this.#clock.now() >= end) {
        throw new DrydockError('engine_unavailable', { message: 'A container does not go away.' });
      }
      await this.#clock.sleep(POLL_MS);
    }
  }

  /** Resolves when the container is removed or `signal` is aborted. Outlives restarts of the engine. */
  async waitRemoved(id: string, signal: AbortSignal): Promise<void> {
    const options = { condition: 'removed' as const, abortSignal: signal };
    await this.#docker
      .getContainer(id)
      .wait(options)
      // Any answer but "removed", a lost connection too, is checked below.
      .catch(() => undefined);
    while (!signal.aborted && (await this.#mayExist(id))) {
      await this.#clock.sleep(LOST_ENGINE_POLL_MS, signal).catch(() => undefined);
    }
  }

  /** The streams of a process end a moment before the engine notes its exit. */
  async #exitCode(exec: Docker.Exec): Promise<number | null> {
    for (let attempt = 0; attempt < EXIT_ATTEMPTS; attempt += 1) {
      const found = await this.#unlessMissing(() => this.#call('inspect exec', () => exec.inspect()));
      // Its container is removed.
      if (found === undefined) throw new DrydockError('sandbox_lost');
      if (!found.Running) return found.ExitCode;
      await this.#clock.sleep(EXIT_POLL_MS);
    }
    return null;
  }

  async #tryRemove(id: string, end: number): Promise<'gone' | 'going'> {
    const restMs = () => Math.max(1, end - this.#clock.now());
    const removed = await this.#unlessMissing(async () => {
      try {
        const container = this.#docker.getContainer(id);
        await this.#call(
          'remove container',
          (abortSignal) => container.remove({ force: true, v: true, abortSignal }),
          restMs(),
        );
      } catch (error) {
        // AutoRemove is at work already.
        if (!hasStatus(error, 409)) throw error;
      }
      return true;
    });
    if (removed === undefined) return 'gone';
    return (await this.findContainer(id, restMs())) === undefined ? 'gone' : 'going';
  }

  async #mayExist(id: string): Promise<boolean> {
    return this.findContainer(id).then(
      (container) => container !== undefined,
      () => true,
    );
  }

  async #unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** A stream that comes after the deadline is closed: nobody would read it. */
  async #openStream(
    what: string,
    open: (signal: AbortSignal) => Promise<NodeJS.ReadWriteStream>,
  ): Promise<Duplex> {
    let late = false;
    const opened = this.#call(what, async (signal) => {
      const stream = (await open(signal)) as Duplex;
      if (late) stream.destroy();
      return stream;
    });
    return opened.catch((error: unknown) => {
      late = true;
      throw error;
    });
  }

  async #call<T>(
    what: string,
    call: (signal: AbortSignal) => Promise<T>,
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<T> {
    try {
      return await withDeadline({ clock: this.#clock, timeoutMs }, call);
    } catch (cause) {
      const status = statusOf(cause);
      const reason = cause instanceof Error ? cause.message.trim() : String(cause);
      throw new DrydockError(status === undefined ? 'engine_unavailable' : 'internal_error', {
        message: `Docker Engine, ${what}: ${reason.slice(0, 500)}`,
        cause,
        ...(status === undefined ? {} : { details: { status } }),
      });
    }
  }
}
