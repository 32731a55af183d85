import { Approval, ApprovalListJson } from '@drydock/contracts';
import type { Client } from './create-client.ts';
import { NEVER, pathOf } from './job-path.ts';
import { parseAnswer } from './parse-answer.ts';
import type { createSender } from './send.ts';

/** Questions of jobs to people. */
export function createApprovalMethods(
  send: ReturnType<typeof createSender>,
): Pick<Client, 'listPendingApprovals' | 'decideApproval'> {
  return {
    listPendingApprovals: async (signal = NEVER) =>
      parseAnswer(ApprovalListJson, await send('/v1/approvals', {}, signal)).then(({ data }) => data),
    decideApproval: async ({ jobId, approvalId, ...decision }, signal = NEVER) => {
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(decision) };
      const path = `${pathOf(jobId)}/approvals/${encodeURIComponent(approvalId)}`;
      return parseAnswer(Approval, await send(path, init, signal));
    },
  };
}
