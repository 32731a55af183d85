/*
 * Fails where a run left something on the machine: containers with the runtime of this checkout, mounts of its files or
 * of installations that are nobody's, and processes that were started from it. Arguments: the installations that were
 * there before. Looks again for half a minute, since a test of another checkout may only just be ending.
 */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describeLeftovers } from './leftovers.ts';

const ROOT_DIR = resolve(import.meta.dirname, '..');
const run = promisify(execFile);
const LOOKS = 15;
const PAUSE_SECONDS = '2';

async function listProcesses(): Promise<{ pid: number; parent: number; command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    return { pid: Number(pid), parent, command: command.replaceAll('\0', ' ').trim() };
  });
  return Promise.all(found);
}

async function listContainers(): Promise<string[]> {
  const { dockerSocket } = JSON.parse(await readFile(`${ROOT_DIR}/.cache/setup.json`, 'utf8')) as {
    dockerSocket: string;
  };
  const format = '{{.ID}} {{.Names}} {{.Mounts}}';
  const args = ['--host', `unix://${dockerSocket}`, 'ps', '--all', '--no-trunc', '--format', format];
  const { stdout } = await run('docker', [...args, '--filter', 'label=drydock.instance'], {
    timeout: 30_000,
  });
  return stdout.split('\n').filter(Boolean);
}

/** Of installations that run, whoever started them. */
async function listInstances(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => /(?:^|\0)DRYDOCK_INSTANCE_ID=(\w+)/.exec(text)?.[1] ?? []);
}

async function findLeftovers(): Promise<string[]> {
  return describeLeftovers({
    rootDir: ROOT_DIR,
    ownPid: process.pid,
    others: [...process.argv.slice(2), ...(await listInstances())],
    mounts: (await readFile('/proc/self/mounts', 'utf8')).split('\n'),
    processes: await listProcesses(),
    containers: await listContainers(),
  });
}

let left = await findLeftovers();
for (let look = 1; look < LOOKS && left.length > 0; look += 1) {
  await run('sleep', [PAUSE_SECONDS]);
  left = await findLeftovers();
}
if (left.length > 0) {
  process.stderr.write(`The run left something behind:\n${left.map((line) => `  ${line}\n`).join('')}`);
  process.exitCode = 1;
}
