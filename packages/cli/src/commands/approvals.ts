import type { Approval } from '@drydock/contracts';
import { CliError, EXIT } from '../cli-error.ts';
import type { Command, CommandInput } from '../command.ts';
import { forTerminal, toJson, toTable } from '../terminal.ts';

const CMD_CHARS = 80;

export const APPROVAL_COMMANDS: readonly Command[] = [
  {
    name: 'approvals list',
    args: [],
    flags: [],
    summary: 'what waits for a person, most urgent first',
    run: async ({ flags, client, out }) => {
      const pending = await client().listPendingApprovals();
      if (flags.json === true) pending.forEach((approval) => out(toJson(approval)));
      else if (pending.length === 0) out('Nothing waits for a decision.\n');
      else out(toTable([['APPROVAL', 'JOB', 'UNTIL', 'RULE', 'HOSTS', 'COMMAND'], ...pending.map(toRow)]));
      return EXIT.done;
    },
  },
  {
    name: 'approvals approve',
    args: ['approval'],
    flags: ['remember', 'reason'],
    summary: 'let it run',
    run: (input) => decide(input, 'approve'),
  },
  {
    name: 'approvals deny',
    args: ['approval'],
    flags: ['reason'],
    summary: 'refuse it; the model is told',
    run: (input) => decide(input, 'deny'),
  },
];

const toRow = ({ id, job_id, expires_at, request }: Approval): string[] => [
  id,
  job_id,
  expires_at,
  forTerminal(request.rule),
  forTerminal(request.hosts.join(' ')) || '-',
  forTerminal(describe(request), CMD_CHARS) || '-',
];

/** What would happen, as far as a line can say it. */
const describe = ({ cmd, plan, justification }: Approval['request']): string =>
  cmd ?? plan?.steps.join(' · ') ?? justification ?? '';

/** The id is enough: what is pending says of which job it is. */
async function decide(
  { args, flags, client, out }: CommandInput,
  decision: 'approve' | 'deny',
): Promise<number> {
  const api = client();
  const approval = (await api.listPendingApprovals()).find(({ id }) => id === args[0]);
  if (approval === undefined) throw new CliError(EXIT.failed, `${args[0]} does not wait for a decision.`);
  const decided = await api.decideApproval({
    jobId: approval.job_id,
    approvalId: approval.id,
    decision,
    ...(flags.remember === undefined ? {} : { remember: flags.remember }),
    ...(flags.reason === undefined ? {} : { reason: flags.reason }),
  });
  out(
    flags.json === true
      ? toJson(decided)
      : `${decided.id} is ${decided.status}; ${decided.job_id} goes on.\n`,
  );
  return EXIT.done;
}
