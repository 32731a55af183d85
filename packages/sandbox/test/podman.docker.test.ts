import { SandboxId } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { describeWith, ThrowawayPodman } from '@drydock/testing';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { output, run, soon, SPEC, TestHost } from './test-host.ts';

const OWN_SANDBOX = fileURLToPath(new URL('./own-sandbox.ts', import.meta.url));
const OWN_LIFE = fileURLToPath(new URL('./own-life.ts', import.meta.url));
const DEAD_WITHIN_MS = 8_000;
const EVERYTHING = 'head -c -1 README.md; find . -printf "%y %m %T@ %p %l\\n" | LC_ALL=C sort';

/** Starts processes until one more is refused, and leaves them behind. */
const FORK_ALL = `python3 - <<'EOF'
import os, time
for count in range(5000):
    try:
        if os.fork() == 0:
            os.setsid(); [os.close(fd) for fd in (0, 1, 2)]; time.sleep(1000); os._exit(0)
    except OSError as error:
        print(count, type(error).__name__); break
EOF`;

/** A JSON object of what a process inside finds about itself. */
const PROBE = `python3 - <<'EOF'
import ctypes, json, os, resource, socket
libc = ctypes.CDLL(None, use_errno=True)
def errno_of(result): return os.strerror(ctypes.get_errno()) if result == -1 else 'done'
def attempt(work):
    try: work(); return 'done'
    except OSError as error: return type(error).__name__
status = dict(line.split(':\\t', 1) for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
def write(path): return attempt(lambda: open(path, 'w').write('x'))
print(json.dumps({
  'caps': sorted({status[name] for name in status if name.startswith('Cap')}),
  'noNewPrivs': status['NoNewPrivs'], 'seccomp': status['Seccomp'],
  'interfaces': os.listdir('/sys/class/net'),
  'written': [path for path in ['/x', '/run/x', '/var/tmp/x', '/job/x', '/opt/drydock/x', '/etc/hosts', '/dev/x',
    '/sys/fs/cgroup/x', '/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger'] if write(path) == 'done'],
  'unshare': errno_of(libc.unshare(0x10000000)),
  'mount': errno_of(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)),
  'vsock': attempt(lambda: socket.socket(40, socket.SOCK_STREAM)),
  'limits': {name: resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[1] for name in ['CORE', 'NOFILE', 'NPROC', 'MSGQUEUE'] if hasattr(resource, 'RLIMIT_' + name)},
  'environment': sorted(os.environ),
  'groups': len(os.getgroups()),
}))
EOF`;

describeWith('podman', 'on rootless Podman', () => {
  let engine: ThrowawayPodman;
  let host: TestHost;
  let sandbox: Sandbox | undefined;

  beforeAll(async () => {
    engine = await ThrowawayPodman.start();
    host = await TestHost.open({ ...place(), allowUncappedEngine: true });
  });

  afterEach(async () => {
    await sandbox?.[Symbol.asyncDispose]();
    sandbox = undefined;
    expect(host.findLeftovers()).toEqual([]);
  });

  afterAll(async () => {
    const left = await host?.close();
    await engine?.[Symbol.asyncDispose]();
    expect(left).toEqual([]);
  });

  /** Layers where the engine's user can pass. */
  function place() {
    return { dockerSocket: engine.socket, layersDir: mkdtempSync(join(engine.dir, 'layers-')) };
  }

  const nameOf = ({ id }: Sandbox) => `drydock-${host.config.instanceId}-${id}`;

  it('is refused where it cannot cap memory and processes, with the setting that allows it', async () => {
    await expect(TestHost.open(place())).rejects.toMatchObject({
      details: {
        variable: 'DRYDOCK_DOCKER_SOCKET',
        problem: expect.stringMatching(
          /^cannot cap the memory and processes of a container.*DRYDOCK_ALLOW_UNCAPPED_ENGINE=true/,
        ),
      },
    });
  });

  it('is refused where its user cannot pass through to what sandboxes are given', async () => {
    const dir = join(mkdtempSync(join(engine.dir, 'closed-')), 'data', 'layers');
    const opened = TestHost.open({ ...place(), layersDir: dir, allowUncappedEngine: true });
    await expect(opened).rejects.toThrow(/^The engine of DRYDOCK_DOCKER_SOCKET runs as uid \d+, who may not/);
  });

  it('is refused with workspaces that this host mounts', async () => {
    const opened = TestHost.open({ ...place(), workspaceBackend: 'overlay', allowUncappedEngine: true });
    await expect(opened).rejects.toThrow('Set DRYDOCK_WORKSPACE_BACKEND to copy or auto.');
  });

  it('says what it lacks', async () => {
    expect(await host.host.describe()).toMatchObject({
      workspaceBackend: 'copy',
      memoryCapped: false,
      uncapped: ['memory', 'processes', 'cpu'],
      ownUids: true,
      remarks: expect.arrayContaining([expect.stringMatching(/the operator allowed that/)]),
    });
  });

  it('a workspace is read, written, captured and continued in a clean sandbox, and no audit objects', async () => {
    sandbox = await host.start('read_only');
    expect((await run(sandbox, 'echo x > new')).head).toContain('Permission denied');
    expect(await host.host.reaper.reapDrift(soon())).toEqual([]);
    await sandbox.setWorkspaceAccess('read_write', soon());
    await output(sandbox, 'echo more >> README.md && mv src source && chmod +x crlf.txt && rm kept.log');
    expect(await host.host.reaper.reapDrift(soon())).toEqual([]);
    const chunks: Uint8Array[] = [];
    const keep = async (parts: AsyncIterable<Uint8Array>) => {
      for await (const part of parts) chunks.push(part);
    };
    const { diff } = await sandbox.captureState({ commands: 'kill', keep }, soon());
    const before = await output(sandbox, EVERYTHING);

    await using other = await host.start();
    await other.restoreCheckpoint(chunksOf(chunks), soon());
    expect(await output(other, EVERYTHING)).toBe(before);
    await using clean = await host.start();
    expect(await clean.applyDiff(diff, soon())).toMatchObject({ kind: 'applied' });
    expect(Buffer.from((await clean.capturePatch(soon())).diff)).toEqual(Buffer.from(diff));
  });

  it('a process inside has nothing to get out with', async () => {
    sandbox = await host.start();
    expect(JSON.parse(await output(sandbox, PROBE))).toEqual({
      caps: ['0000000000000000'],
      noNewPrivs: '1',
      seccomp: '2',
      interfaces: ['lo'],
      written: [],
      unshare: 'Operation not permitted',
      mount: 'Operation not permitted',
      vsock: 'PermissionError',
      limits: { CORE: 0, NOFILE: 4_096, NPROC: 1_024, MSGQUEUE: 0 },
      environment: expect.not.arrayContaining(['LD_PRELOAD', 'NODE_OPTIONS']),
      groups: 0,
    });
  });

  it('files and their number are capped, processes of one user too, and what is left of them is killed', async () => {
    sandbox = await host.start();
    for (const cmd of ['head -c 64M /dev/zero > big', 'mkdir many && cd many && seq 1 20000 | xargs touch'])
      expect((await run(sandbox, cmd)).head).toContain('No space left on device');
    await output(sandbox, 'rm -rf big many');
    expect(await output(sandbox, FORK_ALL)).toMatch(/^9\d\d|10[012]\d BlockingIOError\n$/);
    await sandbox.capturePatch(soon());
    expect(await output(sandbox, 'ls -d /proc/[0-9]* | wc -l')).toMatch(/^\d\n$/);
  });

  it('stands still while it is frozen, and goes on', async () => {
    sandbox = await host.start();
    const ticking = output(
      sandbox,
      'for i in $(seq 20); do date +%s%N >> ticks; sleep 0.05; done; cat ticks',
    );
    const name = nameOf(sandbox);
    await expect.poll(() => host.docker('top', name).length).toBeGreaterThan(3);
    const frozenAt = Date.now();
    const frozen = await sandbox.freeze(soon());
    const stoodAt = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 700));
    const thawedAt = Date.now();
    await frozen[Symbol.asyncDispose]();
    const ticks = (await ticking)
      .trim()
      .split('\n')
      .map((ns) => Number(ns) / 1e6);
    expect(frozenAt).toBeLessThanOrEqual(stoodAt);
    expect(ticks).toHaveLength(20);
    expect(ticks.filter((ms) => ms > stoodAt && ms < thawedAt)).toEqual([]);
  });

  it('can be ended while it is frozen', async () => {
    sandbox = await host.start();
    await sandbox.freeze(soon());
    await host.host.sandboxes.destroy(sandbox.id, soon());
    await sandbox.ended;
    expect(host.docker('ps', '-aq')).toEqual([]);
  });

  it('is gone 5 s after its owner was killed, and the reaper takes the rest', async () => {
    const { clock: _, ...config } = host.config;
    const owner = spawn(process.execPath, [OWN_SANDBOX, JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [id] = (await once(owner.stdout, 'data')) as [Buffer];
    owner.kill('SIGKILL');
    const list = () => host.docker('ps', '-aq');
    await expect.poll(list, { timeout: 5_000, interval: 50 }).toEqual([]);
    expect(await host.host.reaper.reapSlots(soon())).toEqual([SandboxId.parse(id.toString().trim())]);
  });

  it('is ended by its processes while the engine does not answer', async () => {
    sandbox = await host.start();
    const [pid] = host.docker('inspect', '-f', '{{.State.Pid}}', nameOf(sandbox));
    engine.freeze();
    const startedAt = performance.now();
    await Promise.resolve(sandbox[Symbol.asyncDispose]()).catch(() => undefined);
    expect(performance.now() - startedAt).toBeLessThan(DEAD_WITHIN_MS);
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    engine.thaw();
    await expect.poll(() => host.docker('ps', '-aq'), { timeout: 20_000, interval: 100 }).toEqual([]);
    await host.host.reaper.reapSlots(soon());
  });

  it('is ended by the audit while it runs a process that is none of ours', async () => {
    sandbox = await host.start();
    host.docker('exec', '--detach', '--user', '0', nameOf(sandbox), 'sleep', '60');
    expect(await host.host.reaper.reapDrift(soon())).toMatchObject([
      {
        sandboxId: sandbox.id,
        violations: [expect.stringMatching(/^a process of the user "0" was started/)],
      },
    ]);
    await sandbox.ended;
  });

  it('serves a worker that is no root: it starts, freezes, captures and ends a sandbox as the user of the engine', async () => {
    const dir = await engine.makeDirectory('worker');
    const { imageId, runtimeDir, instanceId } = host.config;
    const places = {
      stateDir: join(dir, 'state'),
      uidClaimsDir: join(dir, 'uids'),
      layersDir: join(dir, 'layers'),
    };
    const config = {
      dockerSocket: engine.socket,
      imageId,
      runtimeDir,
      instanceId: `${instanceId.slice(1)}u`,
      ...places,
    };
    const as = [`--reuid=${engine.uid}`, `--regid=${engine.gid}`, '--clear-groups'];
    const { stdout } = await promisify(execFile)(
      'setpriv',
      [...as, process.execPath, OWN_LIFE, JSON.stringify(config)],
      {
        env: {},
        timeout: 60_000,
      },
    );
    expect(JSON.parse(stdout)).toEqual({
      root: false,
      refused: true,
      drifts: [],
      ticksWhileFrozen: 0,
      patch: expect.stringContaining('+more'),
      released: true,
      left: ['layers', expect.stringMatching(/^uids-/)],
    });
  });

  it('starts no runtime for tier high', async () => {
    const started = host.host.sandboxes.start({ ...SPEC, runtime: 'runsc' }, soon());
    await expect(started).rejects.toMatchObject({ code: 'tier_unavailable' });
  });
});

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
