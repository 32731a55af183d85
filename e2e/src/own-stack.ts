import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startE2eStack } from './e2e-stack.ts';

/** A process with an installation and one job, to be started as another user: says what came of it, as JSON. */
const settings = { DRYDOCK_ALLOW_UNCAPPED_ENGINE: 'true' };
const e2e = await startE2eStack({ dockerSocket: process.argv[2] ?? '', settings });
const found: Record<string, unknown> = {};
try {
  const uids = (['redis', 'api', 'worker', 'monitor'] as const).map(async (name) => {
    const status = await readFile(`/proc/${e2e.stack.service(name)?.pid}/status`, 'latin1');
    return [name, /^Uid:\s+(\d+)/m.exec(status)?.[1]] as const;
  });
  found['uids'] = Object.fromEntries(await Promise.all(uids));
  const { id } = await e2e.submit({ model: 'scripted/fix-ts' });
  const { job } = await e2e.finish(id);
  found['status'] = job.status;
  found['verified'] = job.result?.verified;
} finally {
  await e2e[Symbol.asyncDispose]();
}
found['slots'] = await readdir(join(e2e.stack.data.stateDir, 'shared/slots')).catch(() => []);
process.stdout.write(`${JSON.stringify(found)}\n`);
