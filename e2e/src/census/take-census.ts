import type { E2eStack } from '../e2e-stack.ts';
import {
  listContainerCgroups,
  listContainers,
  listLoopImages,
  listMounts,
  listSlots,
  listUidClaims,
  listUnixSockets,
} from '../host-probes.ts';
import { countFiles } from './count-files.ts';
import { countProcesses, measureServices } from './count-processes.ts';
import { countStore } from './count-store.ts';
import type { Census, Counted, Kind } from './kinds.ts';
import { KINDS, counted } from './kinds.ts';

/** Counts everything that there is of an installation with a Redis of its own. */
export async function takeCensus(e2e: E2eStack, knownContainers: Iterable<string> = []): Promise<Census> {
  const { data, redisUrl } = e2e.stack;
  const { instanceId, root, stateDir } = data;
  // In turn: what asks Redis is a process with the installation's name itself.
  const { kinds, digests } = await countStore(redisUrl);
  const containers = await listContainers(instanceId);
  const ids = [...new Set([...containers, ...knownContainers])];
  return complete({
    ...kinds,
    ...(await countFiles({ dataDir: root, stateDir, tempDir: e2e.tempDir, digests })),
    ...(await measureServices(e2e.stack)),
    containers: counted(containers),
    'container cgroups': counted(await listContainerCgroups(instanceId)),
    processes: await countProcesses([instanceId, root], ids),
    mounts: counted(await listMounts(instanceId, root)),
    'loop devices': counted(await listLoopImages(root)),
    'unix sockets': counted(await listUnixSockets(instanceId, root)),
    slots: counted(await listSlots(instanceId)),
    'uid claims': counted(await listUidClaims(instanceId)),
  });
}

function complete(found: Partial<Record<Kind, Counted>>): Census {
  const missing = (Object.keys(KINDS) as Kind[]).filter((kind) => found[kind] === undefined);
  if (missing.length > 0) throw new Error(`Not counted: ${missing.join(', ')}.`);
  return found as Census;
}
