import { systemClock } from '@drydock/service-kit';
import { describeWith } from '@drydock/testing';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MountServer } from '../src/mount-server.ts';

describeWith('docker', 'the mount server', () => {
  let dir: string;
  const server = new MountServer();

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'drydock-mounts-'));
    for (const name of ['disk', 'copy', 'other']) mkdirSync(join(dir, name));
  });

  afterAll(() => {
    execFileSync('umount', ['-R', join(dir, 'copy'), join(dir, 'disk')]);
    rmSync(dir, { recursive: true });
  });

  const at = (name: string) => join(dir, name);
  const optionsOf = (name: string) =>
    readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .find((line) => line.includes(` ${at(name)} `))
      ?.split(' ')[5];
  const ask = (...request: Parameters<MountServer['request']>[0]) => server.request(request, systemClock);

  it('mounts, one after another, whoever asks at the same time', async () => {
    const disk = ask('mount', 'drydock', at('disk'), 'tmpfs', '6', 'size=1m,mode=0755');
    const copy = ask('bind', at('disk'), at('copy'), '7');
    await Promise.all([disk, copy]);
    expect([optionsOf('disk'), optionsOf('copy')]).toEqual([
      'rw,nosuid,nodev,relatime',
      'ro,nosuid,nodev,relatime',
    ]);
  });

  it('says what the kernel says, and goes on', async () => {
    await expect(ask('bind', at('absent'), at('other'), '0')).rejects.toMatchObject({
      code: 'internal_error',
      message: `error open_tree ${at('absent')}: No such file or directory`,
    });
    await expect(ask('loop', at('absent'), at('other'), '1')).rejects.toThrow('No such file');
    await ask('mount', 'drydock', at('disk'), '', '38', '');
  });

  it('is started again after it was killed', async () => {
    const pids = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'mount-server.pl']);
    process.kill(Number(pids.toString().trim()), 'SIGKILL');
    await expect(ask('mount', 'drydock', at('disk'), '', '38', '')).rejects.toThrow('does not answer');
    await ask('mount', 'drydock', at('disk'), '', '38', '');
  });

  it('is not sent a field that would be two', async () => {
    await expect(ask('bind', 'a\tb', at('other'), '0')).rejects.toThrow(
      'a character that no mount can carry',
    );
    await expect(ask('bind', 'a\nmount', at('other'), '0')).rejects.toThrow('a character');
  });
});
