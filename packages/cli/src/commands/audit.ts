import type { AuditEntry } from '@drydock/contracts';
import { AuditChain } from '../audit-chain.ts';
import { EXIT, wrongUsage } from '../cli-error.ts';
import type { Command, CommandInput } from '../command.ts';
import { listAuditFiles, readAuditFiles } from '../read-audit-files.ts';
import { forTerminal, toJson, toTable } from '../terminal.ts';

const DEFAULT_LIMIT = 20;
/** However long the log is: as long as the server sends at most. */
const EXPORT_TIMEOUT_MS = 10 * 60_000;

export const AUDIT_COMMANDS: readonly Command[] = [
  {
    name: 'audit list',
    args: [],
    flags: ['limit'],
    summary: 'the newest entries of the audit log',
    run: async ({ flags, client, out }) => {
      const { data } = await client().listAudit({ limit: Number(flags.limit ?? DEFAULT_LIMIT) });
      if (flags.json === true) data.forEach((entry) => out(toJson(entry)));
      else out(toTable([['SEQ', 'AT', 'ACTOR', 'ACTION', 'SUBJECT', 'DATA'], ...data.map(toRow)]));
      return EXIT.done;
    },
  },
  {
    name: 'audit verify',
    args: [],
    flags: ['file', 'dir', 'head'],
    summary: 'check every link of the audit log: of the API, or of files',
    run: verify,
  },
];

const toRow = ({ seq, at, actor, action, subject, data }: AuditEntry): string[] => [
  String(seq),
  at,
  `${actor.type} ${forTerminal(actor.id)}`,
  forTerminal(action),
  Object.values(subject).map(String).join(' ') || '-',
  forTerminal(
    Object.entries(data)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    120,
  ) || '-',
];

/** Exit 1 at the first entry that does not belong, or where the head that was noted is not in the chain. */
async function verify(input: CommandInput): Promise<number> {
  const { flags, out } = input;
  if (flags.head !== undefined && !/^[0-9a-f]{64}$/.test(flags.head))
    throw wrongUsage('--head is 64 hex digits.');
  const chain = new AuditChain(flags.head);
  const isPart = flags.file !== undefined;
  for await (const entry of await openEntries(input)) {
    const fault = chain.findFault(entry, isPart);
    if (fault !== undefined) return tellBroken(input, entry.seq, fault);
  }
  const broken = findBreak(chain);
  if (broken !== undefined) return tellBroken(input, ...broken);
  out(flags.json === true ? toJson({ intact: true, ...chain.summary }) : describe(chain, isPart));
  return EXIT.done;
}

/** What only the whole chain tells: where it begins, and whether the noted head is in it. */
function findBreak({
  beginFault,
  isWantedFound,
  summary,
}: AuditChain): [seq: number, problem: string] | undefined {
  const { entries, firstSeq = 1 } = summary;
  if (beginFault !== undefined) return [firstSeq, beginFault];
  if (isWantedFound) return undefined;
  const last = entries === 0 ? 0 : firstSeq + entries - 1;
  return [last, 'the head that was noted is not in the chain: it was rewritten, or cut off before'];
}

async function openEntries({ flags, client }: CommandInput): Promise<AsyncIterable<AuditEntry>> {
  if (flags.file !== undefined && flags.dir !== undefined) throw wrongUsage('Either --file or --dir.');
  if (flags.dir !== undefined) return readAuditFiles(await listAuditFiles(flags.dir));
  return flags.file === undefined
    ? client().exportAudit(0, AbortSignal.timeout(EXPORT_TIMEOUT_MS))
    : readAuditFiles(flags.file);
}

function tellBroken({ flags, out }: CommandInput, seq: number, problem: string): number {
  out(
    flags.json === true ? toJson({ intact: false, seq, problem }) : `✘ broken at entry ${seq}: ${problem}\n`,
  );
  return EXIT.failed;
}

function describe({ summary }: AuditChain, isPart: boolean): string {
  const { entries, firstSeq, firstAt, lastAt, head } = summary;
  const isWhole = firstSeq === undefined || firstSeq === 1;
  const rows = [
    ['first', firstAt ?? '-'],
    ['last', lastAt ?? '-'],
    ['head', head],
  ];
  const part = isWhole
    ? ''
    : isPart
      ? `, from entry ${firstSeq} on; what is before was not looked at`
      : `, from entry ${firstSeq} on; what was before was removed, on record`;
  return `✔ intact  ${entries} entries${part}\n${toTable(rows)}`;
}
