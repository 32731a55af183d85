import { readFileSync, readdirSync, statSync } from 'node:fs';
import type { ProcessEntry } from './exec-processes.ts';

/** Dead but not yet waited for: nothing is left to kill, unless other threads of the process run on. */
const DEAD_STATES = ['Z', 'X'];

/** The live processes of a user except this one. Reads `/proc`; what ends meanwhile is left out. */
export function readProcessTable(uid: number, tag: string): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => readProcess(Number(pid), uid, tag) ?? []);
}

function readProcess(pid: number, uid: number, tag: string): ProcessEntry | undefined {
  try {
    if (statSync(`/proc/${pid}`).uid !== uid) return undefined;
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    const isDead = DEAD_STATES.includes(stat.state) && stat.threads <= 1;
    return isDead ? undefined : { pid, ...stat.ids, tagged: isTagged(pid, tag) };
  } catch {
    // Ended between two reads: as good as not listed.
    return undefined;
  }
}

interface ProcessStat {
  readonly state: string;
  readonly threads: number;
  readonly ids: { readonly parent: number; readonly session: number };
}

/** Fields of `/proc/<pid>/stat` (proc(5)). The name before them is the process's own choice and may hold anything. */
function parseStat(stat: string): ProcessStat {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent, , session] = fields;
  return { state, threads: Number(fields[17]), ids: { parent: Number(parent), session: Number(session) } };
}

function isTagged(pid: number, tag: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(tag);
  } catch {
    // A process that made itself unreadable can still be found by its session or its parent.
    return false;
  }
}
