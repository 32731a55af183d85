import type { ApprovalStore, Lease } from '@drydock/core';
import type { JobEgress } from './job-egress.ts';

/**
 * Grants again what a person has allowed for the whole job, to an attempt whose sandbox is a new one. The store counts
 * the use and decides: an approval of another job, or to a worker that lost its lease, is none.
 */
export async function restoreGrants(
  lease: Lease,
  approvals: Pick<ApprovalStore, 'listOfJob' | 'use'>,
  egress: Pick<JobEgress, 'isOpen' | 'grant'>,
): Promise<void> {
  if (!egress.isOpen) return;
  for (const { id, status, remember, request } of await approvals.listOfJob(lease.jobId)) {
    if (status !== 'approved' || !remember || request.hosts.length === 0) continue;
    if (await approvals.use(lease, id)) egress.grant(request.hosts, request.methods);
  }
}
