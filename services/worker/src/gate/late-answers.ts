import type { Approval } from '@drydock/contracts';

/** What is said to a call that waited for a person longer than its worker did, by call id. */
export function toLateAnswers(approvals: readonly Approval[]): ReadonlyMap<string, string> {
  return new Map(approvals.map((approval) => [approval.request.call_id, describe(approval)]));
}

function describe({ status, reason }: Approval): string {
  if (status === 'approved') return 'A person approved this call while the job waited. Make it again.';
  const why = reason === null ? '' : ` They said: ${JSON.stringify(reason)}.`;
  const who =
    status === 'denied' ? 'A person was asked and did not agree.' : 'A person was asked and nobody answered.';
  return `Not done (approval_denied). ${who}${why}`;
}
