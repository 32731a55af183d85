import { toDrydockError, type Sandbox } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { output, run, soon, TestHost } from './test-host.ts';
import { useTestHost } from './use-test-host.ts';

/** Everything of a tree that has to be equal in an equal one. */
const LIST =
  "find . -printf '%y %m %T@ %p %l\\n' | LC_ALL=C sort; find . -type f -print0 | sort -z | xargs -0 sha256sum";

/** Changes of every kind: contents, modes, times, kinds, names, ignored files, links, and a file without permissions. */
const CHANGES = [
  'echo more >> README.md',
  'chmod +x src/one.txt',
  'touch -d 2001-01-01 bin/run.sh',
  'rm kept.log && mkdir kept.log && echo in > kept.log/file',
  'mv src/deep deeper',
  'mkdir -p out/empty && echo ignored > out/file',
  'ln -s ../README.md out/link',
  'printf secret > closed && chmod 000 closed',
  'git -c user.name=a -c user.email=a@b commit -qam x',
].join(' && ');

/** A file that is written through a mapping keeps its times on a file system in memory. */
const MAPPED = `python3 -c "
import mmap
with open('crlf.txt', 'r+b') as f: mmap.mmap(f.fileno(), 0)[0:1] = b'X'
import os; os.utime('crlf.txt', ns=(0, $(stat -c %Y README.md)000000000))"`;

async function captureCheckpoint(sandbox: Sandbox) {
  const chunks: Uint8Array[] = [];
  const keep = async (parts: AsyncIterable<Uint8Array>) => {
    for await (const part of parts) chunks.push(part);
  };
  const { diff, leftOut } = await sandbox.captureState({ commands: 'kill', keep }, soon());
  return { diff: Buffer.from(diff).toString(), leftOut, checkpoint: Buffer.concat(chunks) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describeWith('docker', 'a workspace, however it comes into its container', () => {
  describe.each(['overlay', 'copy'] as const)('%s', (workspaceBackend) => {
    let host: TestHost;
    let sandbox: Sandbox | undefined;

    useTestHost((opened) => (host = opened), { workspaceBackend });

    afterEach(async () => {
      await sandbox?.[Symbol.asyncDispose]();
      sandbox = undefined;
    });

    it('is what the host says that it is', async () => {
      expect(await host.host.describe()).toMatchObject({ workspaceBackend });
    });

    it('is read-only by the kernel until it is switched, and can be switched back', async () => {
      sandbox = await host.start('read_only');
      const refused = 'Read-only file system|Permission denied|Operation not permitted';
      for (const cmd of [
        'echo x > new',
        'chmod 777 README.md',
        'rm README.md',
        'mv src other',
        'echo >> .git/config',
      ])
        expect((await run(sandbox, cmd)).head).toMatch(new RegExp(refused));
      expect(await output(sandbox, 'git status --short; touch ~/cache /tmp/mine; cat README.md')).toBe(
        'hello\n',
      );
      await sandbox.setWorkspaceAccess('read_write', soon());
      await output(sandbox, 'echo x > new && echo y >> README.md && echo z > ~/cache && echo z > /tmp/mine');
      await sandbox.setWorkspaceAccess('read_only', soon());
      expect((await run(sandbox, 'rm new')).head).toMatch(new RegExp(refused));
      expect(await output(sandbox, 'cat new')).toBe('x\n');
    });

    it('keeps what it is compared with from everybody who runs commands', async () => {
      sandbox = await host.start();
      await sandbox.fingerprintWorkspace(soon());
      for (const dir of ['git', 'base', 'layer', 'upper']) {
        await run(sandbox, `touch /job/${dir}/x; chmod 777 /job/${dir}; touch /job/${dir}/x`);
        expect((await run(sandbox, `test -e /job/${dir}/x`)).exitCode).toBe(1);
      }
    });

    it('belongs to its user, who finds it pristine', async () => {
      sandbox = await host.start();
      const text = await output(sandbox, 'git status --short; stat -c %u . README.md .git; id -u');
      expect(new Set(text.trim().split('\n')).size).toBe(1);
      await output(sandbox, 'mv src source && chmod +x README.md && touch -d 2001-01-01 crlf.txt');
    });

    it('has no patch and no changes while nobody changed anything', async () => {
      sandbox = await host.start();
      await output(sandbox, 'touch -d "$(stat -c %y README.md)" README.md');
      expect(await sandbox.capturePatch(soon())).toEqual({ diff: Buffer.alloc(0), leftOut: [] });
    });

    it('is full at its cap, with ENOSPC, and works again when something is removed', async () => {
      sandbox = await host.start();
      expect((await run(sandbox, 'head -c 64M /dev/zero > big')).head).toContain('No space left on device');
      expect(await output(sandbox, 'rm big && echo x > more && cat more')).toBe('x\n');
      expect((await run(sandbox, 'mkdir many && cd many && seq 1 20000 | xargs touch')).head).toContain(
        'No space left on device',
      );
    });

    it('finds a file that was written through a mapping and given back its time', async () => {
      sandbox = await host.start();
      await output(sandbox, MAPPED);
      const { diff } = await sandbox.capturePatch(soon());
      expect(Buffer.from(diff).toString()).toContain('+X');
    });

    it('can be captured while commands run, and goes on', async () => {
      sandbox = await host.start();
      const cmd = 'for i in 1 2 3 4 5 6 7 8; do echo $i >> log.txt; sleep 0.1; done; cat log.txt';
      const running = output(sandbox, cmd);
      const { diff } = await sandbox.captureState({ commands: 'pause', keep: drain }, soon());
      expect(Buffer.from(diff).byteLength).toBeGreaterThanOrEqual(0);
      expect(await running).toBe('1\n2\n3\n4\n5\n6\n7\n8\n');
    });

    it('is lost with its container where that dies, or salvaged', async () => {
      sandbox = await host.start();
      await output(sandbox, 'echo work > done.txt');
      await host.kill(sandbox.id);
      await sandbox.ended;
      const found = await captureCheckpoint(sandbox).then(
        ({ diff }) => (diff.includes('+work') ? 'salvaged' : 'empty'),
        (error: unknown) => toDrydockError(error).code,
      );
      expect(found).toBe({ overlay: 'salvaged', copy: 'sandbox_lost' }[workspaceBackend]);
    });

    it('leaves nothing of one sandbox to the next', async () => {
      sandbox = await host.start();
      await output(sandbox, 'echo changed > README.md; rm -rf src .git; touch ~/left /tmp/left');
      await sandbox[Symbol.asyncDispose]();
      sandbox = await host.start();
      expect(await output(sandbox, 'cat README.md src/one.txt; git status --short; ls -A ~; ls /tmp')).toBe(
        'hello\none\n',
      );
    });
  });

  describe.each([
    ['overlay', 'overlay'],
    ['overlay', 'copy'],
    ['copy', 'overlay'],
    ['copy', 'copy'],
  ] as const)('from %s to %s', (from, to) => {
    it('goes on bit for bit from its checkpoint, with the same patch', async () => {
      await using first = await TestHost.open({ workspaceBackend: from });
      await using second = await TestHost.open({ workspaceBackend: to });
      await using sandbox = await first.start();
      await output(sandbox, CHANGES);
      const captured = await captureCheckpoint(sandbox);
      await output(sandbox, 'chmod 400 closed');
      const before = await output(sandbox, LIST);
      await using other = await second.start();
      await other.restoreCheckpoint(once(captured.checkpoint), soon());
      await output(other, 'chmod 400 closed');
      expect(await output(other, LIST)).toBe(before);
      await output(other, 'chmod 000 closed');
      expect(await captureCheckpoint(other)).toMatchObject({
        diff: captured.diff,
        leftOut: captured.leftOut,
      });
    });
  });
});

async function drain(parts: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of parts) continue;
}
