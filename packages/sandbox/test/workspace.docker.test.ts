import { once } from 'node:events';
import { readdirSync, rmdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Sandbox } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { afterEach, expect, it } from 'vitest';
import { output, run, soon, SPEC, TestHost } from './test-host.ts';
import { useTestHost } from './use-test-host.ts';

describeWith('docker', 'a workspace', () => {
  let host: TestHost;
  let sandbox: Sandbox | undefined;

  useTestHost((opened) => (host = opened));

  afterEach(async () => {
    await sandbox?.[Symbol.asyncDispose]();
    sandbox = undefined;
  });

  it('is read-only by the kernel until it is switched, and can be switched back', async () => {
    sandbox = await host.start('read_only');
    expect((await run(sandbox, 'echo x > new')).head).toContain('Read-only file system');
    expect((await run(sandbox, 'chmod 777 README.md')).head).toContain('Read-only file system');
    await sandbox.setWorkspaceAccess('read_write', soon());
    await output(sandbox, 'echo x > new && echo y >> README.md');
    await sandbox.setWorkspaceAccess('read_only', soon());
    expect((await run(sandbox, 'rm new')).head).toContain('Read-only file system');
    expect(await output(sandbox, 'cat new; touch ~/cache && echo home')).toBe('x\nhome\n');
  });

  it('belongs to its user: chmod, utime, rename of a base directory and git work', async () => {
    sandbox = await host.start();
    await output(
      sandbox,
      'chmod +x README.md && touch -d 2001-01-01 src/one.txt && mv src source && mv source/deep deep',
    );
    await output(sandbox, "node -e \"fs.renameSync('bin', 'scripts')\"");
    const status = await output(
      sandbox,
      'git add -A && git -c user.name=a -c user.email=a@b commit -qm x && git status --short; stat -c %u README.md; id -u',
    );
    const [owner, user] = status.trim().split('\n');
    expect(owner).toBe(user);
  });

  it('gives every sandbox two uids that no other has', async () => {
    sandbox = await host.start();
    await using other = await host.start();
    const uids = await Promise.all(
      [sandbox, other].flatMap((each) => [output(each, 'id -u'), output(each, 'stat -c %u /proc/1')]),
    );
    expect(new Set(uids).size).toBe(4);
  });

  it('is full at its cap, with ENOSPC, and works again when something is removed', async () => {
    sandbox = await host.start();
    const full = await run(sandbox, 'head -c 64M /dev/zero > big');
    expect(full).toMatchObject({ exitCode: 1, signal: null });
    expect(full.head).toContain('No space left on device');
    expect((await run(sandbox, 'echo x > ~/more')).exitCode).not.toBe(0);
    expect(await output(sandbox, 'rm big && echo x > more && cat more')).toBe('x\n');
  });

  it('has a cap on the number of files too', async () => {
    sandbox = await host.start();
    const result = await run(sandbox, 'mkdir many && cd many && seq 1 20000 | xargs touch');
    expect(result.head).toContain('No space left on device');
  });

  it('leaves nothing of one sandbox to the next', async () => {
    sandbox = await host.start();
    await output(sandbox, 'echo changed > README.md; rm -rf src .git; touch ~/left /tmp/left /dev/shm/left');
    await sandbox[Symbol.asyncDispose]();
    sandbox = await host.start();
    expect(
      await output(sandbox, 'cat README.md src/one.txt; git status --short; ls -A ~ /dev/shm; ls /tmp'),
    ).toBe('hello\none\n/dev/shm:\n\n/job/home:\n');
  });

  it('is a repository of one commit on main with nothing to commit', async () => {
    sandbox = await host.start();
    const { baseSha } = await host.layer();
    expect(
      await output(
        sandbox,
        'git rev-parse HEAD; git branch --show-current; git status --short; git ls-files kept.log',
      ),
    ).toBe(`${baseSha}\nmain\nkept.log\n`);
  });

  it('reads files and directories from outside, bounded', async () => {
    sandbox = await host.start();
    expect(await sandbox.readFile('src/one.txt', 2, soon())).toEqual(Buffer.from('on'));
    expect(await sandbox.readFile('absent', 10, soon())).toBeUndefined();
    expect(await sandbox.listDir('src', soon())).toEqual(['deep', 'one.txt']);
    expect(await sandbox.listDir('absent', soon())).toBeUndefined();
  });

  it('can be mounted once', async () => {
    sandbox = await host.start();
    await expect(sandbox.mountWorkspace(await host.layer(), 'read_only', soon())).rejects.toThrow('already');
  });

  it('can be mounted again after a release that was cut short, beside files of others', async () => {
    const state = `/run/drydock/${host.config.instanceId}`;
    await (await host.start())[Symbol.asyncDispose]();
    // What a crash between the two steps of a release leaves: the mount, and no `slots/` in it.
    rmdirSync(`${state}/shared/slots`);
    const socket = createServer().listen(`${state}/redis.sock`);
    try {
      await once(socket, 'listening');
      await (await host.start())[Symbol.asyncDispose]();
      expect(await host.host.release()).toBe(true);
      expect(readdirSync(state)).toEqual(['redis.sock']);
    } finally {
      socket.close();
    }
  });

  it('works in every sandbox when two workers prepare the host at the same time', async () => {
    expect(await host.host.release()).toBe(true);
    await using second = await TestHost.open({
      instanceId: host.config.instanceId,
      layersDir: host.config.layersDir,
    });
    const sandboxes = await Promise.all([host, second].map(({ host }) => host.sandboxes.start(SPEC, soon())));
    const layer = await host.layer();
    for (const sandbox of sandboxes) {
      await sandbox.mountWorkspace(layer, 'read_write', soon());
      expect(await output(sandbox, 'cat README.md')).toBe('hello\n');
    }
    await Promise.all(sandboxes.map((sandbox) => sandbox[Symbol.asyncDispose]()));
  });
});
