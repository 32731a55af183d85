import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemClock } from '@drydock/service-kit';
import { SandboxHost, type SandboxHostConfig } from '../src/index.ts';
import { output, run, soon, SOURCE, SPEC } from './test-host.ts';

/** A process with a whole life of a sandbox, to be started as another user: says what it found, as JSON. */
const config = JSON.parse(process.argv[2] ?? '{}') as Omit<SandboxHostConfig, 'clock'> & { stateDir: string };
const host = await SandboxHost.open({ ...config, clock: systemClock, allowUncappedEngine: true });
const layer = await host.layers.ensure(SOURCE, soon());
const sandbox = await host.sandboxes.start(SPEC, soon());
const found: Record<string, unknown> = { root: process.getuid?.() === 0 };
try {
  await sandbox.mountWorkspace(layer, 'read_only', soon());
  found['refused'] = (await run(sandbox, 'echo x > new')).head.includes('Permission denied');
  await sandbox.setWorkspaceAccess('read_write', soon());
  found['drifts'] = await host.reaper.reapDrift(soon());
  const ticking = output(sandbox, 'for i in $(seq 10); do date +%s%3N; sleep 0.1; done');
  const frozen = await sandbox.freeze(soon());
  const stoodAt = systemClock.now();
  await systemClock.sleep(500);
  const thawedAt = systemClock.now();
  await frozen[Symbol.asyncDispose]();
  const ticks = (await ticking).trim().split('\n').map(Number);
  found['ticksWhileFrozen'] = ticks.filter((ms) => ms > stoodAt && ms < thawedAt).length;
  await output(sandbox, 'echo more >> README.md; (setsid sleep 1000 &)');
  found['patch'] = Buffer.from((await sandbox.capturePatch(soon())).diff).toString();
} finally {
  await sandbox[Symbol.asyncDispose]();
}
found['released'] = await host.release();
found['left'] = (await readdir(dirname(config.stateDir))).filter((name) => name !== 'lock');
process.stdout.write(`${JSON.stringify(found)}\n`);
process.exit();
