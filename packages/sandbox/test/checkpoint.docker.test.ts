import type { CapturedPatch, Sandbox } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { output, run, soon, type TestHost } from './test-host.ts';
import { useSandbox } from './use-test-host.ts';

/** What a program can see of a tree, except what no archive keeps: change times, inode numbers, sizes of directories. */
const DESCRIBE_TREE = `find . -print0 | sort -z | xargs -0 -I{} sh -c 'stat -c "%n %f %Y %y" "$1"; [ -d "$1" ] || stat -c "%s %h" "$1"; [ -L "$1" ] && readlink "$1"; [ -f "$1" ] && [ -r "$1" ] && sha256sum < "$1"; true' _ {}`;

interface Captured extends CapturedPatch {
  readonly checkpoint: Buffer;
}

describeWith('docker', 'a checkpoint', () => {
  let host: TestHost;
  let sandbox: Sandbox;

  useSandbox((ownHost, ownSandbox) => {
    [host, sandbox] = [ownHost, ownSandbox];
  });

  async function capture(from: Sandbox, commands: 'pause' | 'kill' = 'pause'): Promise<Captured> {
    const chunks: Uint8Array[] = [];
    const keep = async (stream: AsyncIterable<Uint8Array>) => {
      for await (const chunk of stream) chunks.push(chunk);
    };
    const patch = await from.captureState({ commands, keep }, soon());
    return { ...patch, checkpoint: Buffer.concat(chunks) };
  }

  async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.byteLength; at += 10_000) yield bytes.subarray(at, at + 10_000);
  }

  /** Restores in a second sandbox; says what both workspaces look like and what a second capture gives. */
  async function reproduce() {
    const first = await capture(sandbox);
    await using second = await host.start();
    await second.restoreCheckpoint(pieces(first.checkpoint), soon());
    const again = await capture(second);
    expect(again.checkpoint.equals(first.checkpoint)).toBe(true);
    expect(Buffer.from(again.diff)).toEqual(Buffer.from(first.diff));
    expect(await output(second, DESCRIBE_TREE)).toBe(await output(sandbox, DESCRIBE_TREE));
    return first;
  }

  it('restores a workspace bit for bit, and is made of it again with the same bytes', async () => {
    await output(
      sandbox,
      [
        'echo more >> README.md && rm src/one.txt && chmod -x bin/run.sh && touch -d 2001-02-03T04:05:06.789012345Z crlf.txt',
        'head -c 300000 /dev/urandom > bin.dat && : > empty && ln -s ../nowhere link && ln bin.dat hard && mkfifo pipe',
        `printf q > "$(printf 'new\\nline')" && printf q > "$(printf 'bad\\377n')" && echo é > 'é "q" b.txt' && echo x > -- '-rf'`,
        'echo ignored > new.log && mkdir -p out/deep void && echo o > out/deep/o && chmod 1777 void',
        'git config user.email a@b && git config user.name a && git add -A && git commit -qm work && git gc -q',
      ].join('\n'),
    );
    const { diff } = await reproduce();
    expect(Buffer.from(diff).toString()).toContain('+more');
  });

  it('carries renamed and swapped directories, and entries of another kind', async () => {
    await output(
      sandbox,
      'mv src source && echo two2 >> source/deep/two.txt && mv bin t && mv source bin && mv t src && rm README.md && mkdir README.md && echo x > README.md/x && rm -rf .gitignore && ln -s bin .gitignore && rm kept.log && mkfifo kept.log',
    );
    const { diff } = await reproduce();
    expect(Buffer.from(diff).toString()).toContain('+++ b/bin/deep/two.txt');
  });

  it('carries what its user made unreadable, with its modes', async () => {
    await output(
      sandbox,
      'mkdir -p closed/inner && echo c > closed/inner/c && chmod 000 closed/inner/c closed/inner closed && echo s > secret && chmod 000 secret && chmod 000 README.md',
    );
    const first = await capture(sandbox);
    await using second = await host.start();
    await second.restoreCheckpoint(pieces(first.checkpoint), soon());
    const modes =
      'stat -c "%n %a" closed secret README.md; chmod 700 closed; stat -c %a closed/inner; chmod 700 closed/inner; stat -c %a closed/inner/c; chmod 600 closed/inner/c secret; cat closed/inner/c secret';
    expect(await output(second, modes)).toBe(await output(sandbox, modes));
  });

  it('of an untouched workspace is small, and the same everywhere', async () => {
    const first = await capture(sandbox);
    expect(first.diff.byteLength).toBe(0);
    expect(first.checkpoint.byteLength).toBeLessThan(20_000);
    await reproduce();
  });

  it('can be made of a full workspace', async () => {
    await run(sandbox, 'echo x > small; cat /dev/zero > /tmp/fill; cat /dev/zero > hole.log');
    const { checkpoint, leftOut } = await capture(sandbox, 'kill');
    expect(leftOut).toEqual(['hole.log']);
    expect(checkpoint.byteLength).toBeGreaterThan(20 << 20);
  });

  it('that ends in the middle is refused in words', async () => {
    await output(sandbox, 'echo more >> README.md');
    const { checkpoint } = await capture(sandbox);
    await using second = await host.start();
    for (const cut of [2, 6, 1_000]) {
      await expect(
        second.restoreCheckpoint(pieces(checkpoint.subarray(0, cut)), soon()),
      ).rejects.toMatchObject({
        code: 'patch_rejected',
      });
    }
    expect(await output(second, 'echo next')).toBe('next\n');
  });

  it('fails with who keeps it, and leaves nothing stopped', async () => {
    await sandbox.exec(
      { cmd: 'sleep 1000', workdir: '.', timeoutMs: 60_000, maxOutputBytes: 100, yieldMs: 100 },
      soon(),
    );
    const keep = () => Promise.reject(new Error('disk full'));
    await expect(sandbox.captureState({ commands: 'pause', keep }, soon())).rejects.toThrow('disk full');
    expect(await output(sandbox, 'ps -o stat= -C sleep | cut -c1')).toBe('S\n');
  });

  it('is worth making when the fingerprint of the workspace changed, and only then', async () => {
    const before = await sandbox.fingerprintWorkspace(soon());
    await output(sandbox, 'cat README.md; ls -R . > /dev/null; touch ~/home /tmp/tmp');
    expect(await sandbox.fingerprintWorkspace(soon())).toBe(before);
    await output(sandbox, 'rm src/one.txt');
    const after = await sandbox.fingerprintWorkspace(soon());
    expect(after).not.toBe(before);
    await capture(sandbox);
    expect(await sandbox.fingerprintWorkspace(soon())).toBe(after);
  });

  it('of 700 changes is made in less than 3 s', async () => {
    await output(
      sandbox,
      'for i in $(seq 1 700); do mkdir -p many/$((i % 30)); head -c 20000 /dev/zero > many/$((i % 30))/$i; done',
    );
    const startedAt = performance.now();
    await capture(sandbox);
    const captured = performance.now() - startedAt;
    expect(captured).toBeLessThan(3_000);
  });
});
