import { SandboxHost, type SandboxHostConfig } from '../src/index.ts';
import { systemClock } from '@drydock/service-kit';
import { SOURCE, SPEC } from './test-host.ts';

/** A process that owns a sandbox, to be killed: says the sandbox's id when it is in use, and waits. */
const config = JSON.parse(process.argv[2] ?? '{}') as Omit<SandboxHostConfig, 'clock'>;
const host = await SandboxHost.open({ ...config, clock: systemClock });
const signal = AbortSignal.timeout(40_000);
const layer = await host.layers.ensure(SOURCE, signal);
const sandbox = await host.sandboxes.start(SPEC, signal);
await sandbox.mountWorkspace(layer, 'read_write', signal);
void sandbox.exec(
  {
    cmd: 'exec 9> held; setsid sleep 1000 & sleep 1000',
    workdir: '/job/work',
    timeoutMs: 60_000,
    maxOutputBytes: 1_000,
  },
  signal,
);
process.stdout.write(`${sandbox.id}\n`);
setInterval(() => undefined, 1_000);
