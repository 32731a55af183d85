import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type {
  ArtifactName,
  JobEventBody,
  JobKind,
  JobSpec,
  Observation,
  ToolGroup,
} from '@drydock/contracts';
import { Digest, InstanceId } from '@drydock/contracts';
import type { LayerSource, Sandbox } from '@drydock/core';
import { CommandPolicy } from '@drydock/policy';
import { SandboxHost } from '@drydock/sandbox';
import { systemClock } from '@drydock/service-kit';
import { readSetupFacts } from '@drydock/testing';
import { expect } from 'vitest';
import { AttemptLog } from '../src/attempt/attempt-log.ts';
import { CommandGate } from '../src/gate/command-gate.ts';
import type { EventSink } from '../src/attempt/event-sink.ts';
import { Redactor } from '../src/gate/redactor.ts';
import { Slice } from '../src/tools/slice.ts';
import { Toolbox } from '../src/tools/toolbox.ts';

const MIB = 1_024 * 1_024;
const TIMEOUT_MS = 50_000;
const soon = (): AbortSignal => AbortSignal.timeout(TIMEOUT_MS);

/** Files of a commit by path, the oldest commit first. */
export type Commits = readonly Readonly<Record<string, string>>[];

/** A toolbox over a real sandbox and the real policy; only the job around them is not there. */
export interface ToolJob extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly events: JobEventBody[];
  readonly kept: Map<ArtifactName, string>;
  readonly log: AttemptLog;
  readonly toolbox: Toolbox;
  readonly call: (name: string, args: object) => Promise<Observation>;
  /** Runs a command in the workspace, past every tool. */
  readonly run: (cmd: string) => Promise<string>;
  /** What the model reads of a call that was answered. */
  readonly ask: (name: string, args: object) => Promise<string>;
}

/** This machine as a worker has it, for the tests of one file. */
export class ToolWorld implements AsyncDisposable {
  readonly #host: SandboxHost;
  readonly #policy: CommandPolicy;
  readonly #layersDir: string;

  private constructor(host: SandboxHost, policy: CommandPolicy, layersDir: string) {
    this.#host = host;
    this.#policy = policy;
    this.#layersDir = layersDir;
  }

  static async open(): Promise<ToolWorld> {
    const { imageId, runtimeDir, dockerSocket } = readSetupFacts();
    const layersDir = mkdtempSync(join(tmpdir(), 'drydock-layers-'));
    const instanceId = InstanceId.parse(randomBytes(4).toString('hex'));
    const config = { imageId, runtimeDir, dockerSocket, instanceId, layersDir, clock: systemClock };
    const host = await SandboxHost.open(config);
    return new ToolWorld(host, await CommandPolicy.start({ clock: systemClock }, soon()), layersDir);
  }

  /** A job that lists these groups. */
  async start(
    tools: readonly ToolGroup[],
    source: LayerSource,
    spec: Partial<Pick<JobSpec, 'tier' | 'tool_use_approval' | 'checks'>> & { kind?: JobKind } = {},
  ): Promise<ToolJob> {
    using layer = await this.#host.layers.ensure(source, soon());
    const size = { memoryBytes: 512 * MIB, cpus: 1, diskBytes: 64 * MIB };
    const sandbox = await this.#host.sandboxes.start(
      { ...size, expiresAt: systemClock.now() + 600_000 },
      soon(),
    );
    await sandbox.mountWorkspace(layer, 'read_only', soon());
    return toJob(sandbox, this.#policy, { kind: 'fix', tools, ...spec });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#policy[Symbol.asyncDispose]();
    await this.#host.release();
    rmSync(this.#layersDir, { recursive: true, force: true });
  }
}

interface ToolSpec extends Partial<Pick<JobSpec, 'tier' | 'tool_use_approval' | 'checks'>> {
  readonly kind: JobKind;
  readonly tools: readonly ToolGroup[];
}

function toJob(sandbox: Sandbox, policy: CommandPolicy, spec: ToolSpec): ToolJob {
  const events: JobEventBody[] = [];
  const kept = new Map<ArtifactName, string>();
  const { tier = 'standard', tool_use_approval = false, checks = {} } = spec;
  const sink = { emit: (event: JobEventBody) => void events.push(event) } as EventSink;
  const gate = createGate(policy, { tier, tool_use_approval }, sink);
  const log = new AttemptLog();
  const toolbox = new Toolbox({
    spec: { kind: spec.kind, tools: [...spec.tools], checks },
    sandbox,
    events: sink,
    log,
    clock: systemClock,
    deadlineAt: systemClock.now() + 300_000,
    slice: new Slice(tier === 'high' ? 30_000 : Infinity, systemClock),
    redactor: new Redactor([]),
    egress: NO_EGRESS,
    inbox: { close: async () => true },
    gate,
    keep: async (name, bytes) => void kept.set(name, new TextDecoder().decode(bytes)),
    onImage: () => undefined,
    desk: { admit: async (submission) => ({ kind: 'admitted', submission }) },
    onPlan: async () => undefined,
    onDecision: () => undefined,
  });
  const call = (name: string, args: object): Promise<Observation> => {
    const callId = `c${events.length}`;
    return toolbox.run({ callId, name, input: JSON.stringify(args), form: 'function' }, soon());
  };
  return {
    sandbox,
    events,
    kept,
    log,
    toolbox,
    call,
    ask: async (name, args) => {
      const observation = await call(name, args);
      if (observation.kind !== 'answer') expect(observation).toHaveProperty('kind', 'answer');
      return observation.kind === 'answer' ? observation.text : '';
    },
    run: async (cmd) => {
      const request = { cmd, workdir: '/job/work', timeoutMs: 20_000, maxOutputBytes: 100_000 };
      const { head, tail } = await sandbox.exec(request, soon());
      return head + tail;
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}

const NO_EGRESS = {
  hosts: [],
  isOpen: false,
  environment: {},
  takeDenials: () => [],
  grant: () => ({ [Symbol.dispose]: () => undefined }),
};

/** The gate of a job that has nobody to ask. */
function createGate(
  policy: CommandPolicy,
  spec: Pick<JobSpec, 'tier' | 'tool_use_approval'>,
  events: EventSink,
): CommandGate {
  return new CommandGate({
    spec,
    policy,
    mode: 'enforce',
    desk: { ask: () => Promise.reject(new Error('Nobody is here.')), hasExpired: async () => false },
    screen: async () => undefined,
    egress: NO_EGRESS,
    events,
    onDecision: () => undefined,
  });
}

/** A source without history. */
export const filesOf = (files: Readonly<Record<string, string>>): LayerSource => ({
  type: 'files',
  files: Object.entries(files).map(([path, content]) => ({
    path,
    content,
    encoding: 'utf8',
    executable: false,
  })),
});

/** The same with a history, as it is uploaded. */
export function historyOf(commits: Commits): LayerSource {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-history-'));
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.test'];
  const git = (...args: readonly string[]): void =>
    void execFileSync('git', [...identity, ...args], { cwd: dir, stdio: 'ignore' });
  try {
    git('init', '--quiet', '--initial-branch=main');
    for (const [index, files] of commits.entries()) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), content);
      }
      git('add', '--all', '--force');
      git(
        'commit',
        '--quiet',
        '--message',
        `Change ${index + 1}`,
        '--date',
        `2026-01-0${index + 1}T12:00:00Z`,
      );
    }
    git('bundle', 'create', '--quiet', 'history.bundle', 'HEAD', 'main');
    const bytes = readFileSync(join(dir, 'history.bundle'));
    const digest = Digest.parse(createHash('sha256').update(bytes).digest('hex'));
    const read = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
    };
    return { type: 'archive', format: 'bundle', digest, bytes: bytes.byteLength, ref: 'HEAD', read };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
