import type { Approval, ApprovalListJson } from '@drydock/contracts';
import { ApprovalDecisionRequest, ApprovalId } from '@drydock/contracts';
import type { ApprovalStore, JobStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { RequestHandler } from 'express';
import { readIssues } from '../field-errors.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { requestIdOf } from '../middleware/request-id.ts';
import { findJob } from './find-job.ts';

export interface ApprovalRouteDeps {
  readonly store: Pick<JobStore, 'find'>;
  readonly approvals: Pick<ApprovalStore, 'decide' | 'listOfJob' | 'listPending'>;
  readonly logger: Logger;
}

/** Pending questions of one answer: each has a command of up to 64 KiB. */
const MAX_PENDING = 100;

const toList = (data: readonly Approval[]): ApprovalListJson => ({ object: 'list', data: [...data] });

/** `GET /v1/approvals`: what waits for a person, most urgent first. */
export function getApprovals({ approvals }: Pick<ApprovalRouteDeps, 'approvals'>): RequestHandler {
  return async (_request, response) => {
    response.set('Cache-Control', 'private, no-cache').json(toList(await approvals.listPending(MAX_PENDING)));
  };
}

/** `GET /v1/jobs/{id}/approvals`: everything that the job asked, oldest first, with what became of it. */
export function getJobApprovals({ store, approvals }: ApprovalRouteDeps): RequestHandler {
  return async (request, response) => {
    const { id } = await findJob(store, request.params['jobId']);
    response.set('Cache-Control', 'private, no-cache').json(toList(await approvals.listOfJob(id)));
  };
}

/** `POST /v1/jobs/{id}/approvals/{approval_id}`: 200, also when it is repeated; 409 where something else was first. */
export function postApproval({ store, approvals, logger }: ApprovalRouteDeps): RequestHandler {
  return async (request, response) => {
    const { id: jobId } = await findJob(store, request.params['jobId']);
    const approvalId = ApprovalId.safeParse(request.params['approvalId']);
    const decision = { ...parseDecision(request.body), by: callerOf(response) };
    const decided = approvalId.success ? await approvals.decide(jobId, approvalId.data, decision) : undefined;
    if (decided === undefined || decided.kind === 'not_found') throw new DrydockError('not_found');
    const { approval } = decided;
    if (decided.kind === 'over') {
      throw new DrydockError('approval_over', { message: `The question is closed: ${approval.status}.` });
    }
    const { id, status, remember } = approval;
    logger.info('approval.decided', {
      jobId,
      approvalId: id,
      status,
      remember,
      requestId: requestIdOf(response),
    });
    response.json(approval);
  };
}

function parseDecision(body: unknown): ApprovalDecisionRequest {
  const parsed = ApprovalDecisionRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const { hasUnknownField, errors } = readIssues(parsed.error.issues);
  throw new DrydockError(hasUnknownField ? 'unknown_field' : 'invalid_request', { details: { errors } });
}
