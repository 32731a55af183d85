import type { Sandbox } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { output, run, TestHost } from './test-host.ts';

/** Prints every directory in which this user can make something, once per mount, without the job's own content. */
const FIND_WRITABLE = `
const fs = require('node:fs');
const found = new Set();
function look(dir, depth) {
  if (/^\\/(proc|sys)(\\/|$)/.test(dir)) return;
  const probe = dir + '/.probe';
  let writable = true;
  try { fs.writeFileSync(probe, ''); fs.unlinkSync(probe); } catch { writable = false; }
  if (writable) { found.add(dir); return; }
  let entries = [];
  try { entries = fs.readdirSync(dir, { withFileTypes: true }); } catch {}
  for (const entry of entries) if (entry.isDirectory() && depth < 12) look((dir === '/' ? '' : dir) + '/' + entry.name, depth + 1);
}
look('/', 0);
console.log(JSON.stringify([...found].sort()));
`;

describeWith('docker', 'a sandbox', () => {
  let host: TestHost;
  let sandbox: Sandbox;

  beforeAll(async () => {
    host = await TestHost.open();
    sandbox = await host.start();
  });

  afterAll(async () => {
    await sandbox[Symbol.asyncDispose]();
    expect(await host.close()).toEqual([]);
  });

  it('has no network interface but lo', async () => {
    expect((await output(sandbox, 'ls /sys/class/net')).trim()).toBe('lo');
    const reached = await output(
      sandbox,
      `node -e "require('net').connect(9, '192.0.2.1').on('error', (e) => console.log(e.code))"`,
    );
    expect(reached.trim()).toBe('ENETUNREACH');
  });

  it('holds no capability and cannot gain one, in commands and in the agent process', async () => {
    const statuses = await output(
      sandbox,
      'cat /proc/self/status; cat $(grep -l agent.mjs /proc/[0-9]*/cmdline | head -1 | xargs dirname)/status',
    );
    const values = (name: string) =>
      [...statuses.matchAll(new RegExp(`^${name}:\\s+(\\S+)`, 'gm'))].map(([, v]) => v);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect(values(set), set).toEqual(['0000000000000000', '0000000000000000']);
    }
    expect(values('NoNewPrivs')).toEqual(['1', '1']);
    expect(values('Seccomp')).toEqual(['2', '2']);
    expect(new Set(values('Uid')).size).toBe(2);
  });

  it('can write to its workspace, HOME, /tmp and /dev/shm, and nowhere else', async () => {
    await output(sandbox, `cat > /tmp/probe.js <<'END'\n${FIND_WRITABLE}\nEND`);
    const found: unknown = JSON.parse(await output(sandbox, 'node /tmp/probe.js'));
    expect(found).toEqual(['/dev/shm', '/job/home', '/job/work', '/tmp']);
    const root = await run(sandbox, 'touch /probe');
    expect(root.head).toContain('Read-only file system');
  });

  it('sees every bind mount read-only', async () => {
    const mounts = (await output(sandbox, 'cat /proc/self/mountinfo')).trim().split('\n');
    const binds = mounts.map((line) => line.split(' ')).filter((fields) => fields.includes('ext4'));
    expect(binds.length).toBeGreaterThan(4);
    expect(binds.filter((fields) => !(fields[5] ?? '').split(',').includes('ro'))).toEqual([]);
  });

  it('has exactly the environment that was written down', async () => {
    const names = await output(sandbox, `env | cut -d= -f1 | sort | tr '\\n' ' '`);
    expect(
      names
        .trim()
        .split(' ')
        .filter((name) => !['_', 'PWD', 'SHLVL', 'OLDPWD'].includes(name)),
    ).toEqual([
      'DRYDOCK_EXEC',
      'GH_PAGER',
      'GIT_PAGER',
      'HOME',
      'LANG',
      'LC_ALL',
      'NO_COLOR',
      'PAGER',
      'PATH',
      'SHELL',
      'TERM',
    ]);
  });

  it('finds no Docker socket, and no other socket either', async () => {
    expect(
      await output(
        sandbox,
        'find / -xdev -type s 2>/dev/null; ls /var/run/docker.sock /run/docker.sock 2>/dev/null; true',
      ),
    ).toBe('');
    expect((await output(sandbox, 'cat /proc/net/unix')).trim().split('\n').length).toBeLessThan(12);
  });

  it('keeps code under test away from the agent process and from the tool host', async () => {
    const pids = await output(
      sandbox,
      'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline 2>/dev/null | grep -q "agent/\\(agent\\|tool-host\\).mjs" && echo $p; done; true',
    );
    const targets = pids.trim().split('\n');
    // The container's init, which starts the agent, has its name among its arguments too.
    expect(targets.length).toBe(3);
    for (const target of targets) {
      for (const attempt of [
        `cat ${target}/environ`,
        `ls ${target}/fd/`,
        `echo x > ${target}/fd/1`,
        `cat ${target}/mem`,
      ]) {
        expect((await run(sandbox, attempt)).exitCode, attempt).not.toBe(0);
      }
    }
  });

  it('cannot make devices, namespaces or mounts', async () => {
    for (const attempt of [
      'mknod /tmp/d b 7 0',
      'unshare -r true',
      'mount -t tmpfs x /tmp',
      'chroot / true',
      'umount /job/work',
    ]) {
      expect((await run(sandbox, attempt)).exitCode, attempt).not.toBe(0);
    }
  });

  it('cannot keep kernel memory in message queues, which no cap would count', async () => {
    expect((await run(sandbox, 'touch /dev/mqueue/q')).exitCode).not.toBe(0);
  });
});
