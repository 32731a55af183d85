import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  list,
  listContainerCgroups,
  listContainers,
  listMounts,
  listParentCgroups,
  listSlots,
  listUidClaims,
} from './host-probes.ts';

const run = promisify(execFile);

/** Everything an installation could have left on this machine: containers, mounts, processes, files, cgroups, uids. */
export async function findLeftovers(instanceId: string): Promise<string[]> {
  // First alone: the id is an argument of docker's, and would be found among the processes.
  const containers = await listContainers(instanceId);
  const found = await Promise.all([
    listMounts(instanceId),
    listProcesses(instanceId),
    listSlots(instanceId),
    listContainerCgroups(instanceId),
    listUidClaims(instanceId),
  ]);
  return [...containers, ...found.flat()];
}

/** What must not be there either once an installation has stopped: what its sandboxes shared. */
export async function findTraces(instanceId: string): Promise<string[]> {
  const stateDirs = (await list('/run/drydock')).filter((name) => name === instanceId);
  return [...(await findLeftovers(instanceId)), ...stateDirs, ...(await listParentCgroups(instanceId))];
}

async function listProcesses(instanceId: string): Promise<string[]> {
  const { stdout } = await run('ps', ['-eo', 'pid,args']);
  return stdout.split('\n').filter((line) => line.includes(instanceId));
}
