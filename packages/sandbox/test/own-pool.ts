import { systemClock } from '@drydock/service-kit';
import { SandboxHost, type SandboxHostConfig } from '../src/index.ts';
import { openTestPool } from './open-test-pool.ts';

/** A process that owns a pool, to be killed: says so when the pool is full, and waits. */
const config = JSON.parse(process.argv[2] ?? '{}') as Omit<SandboxHostConfig, 'clock'>;
const host = await SandboxHost.open({ ...config, clock: systemClock });
const { full } = openTestPool(host, 2);
await full;
process.stdout.write('full\n');
setInterval(() => undefined, 1_000);
