import type { MessageJson, MessageRequest as MessageRequestType } from '@drydock/contracts';
import { MAX_JOB_MESSAGES, MessageRequest } from '@drydock/contracts';
import type { JobStore, MessageAnswer, MessageStore } from '@drydock/core';
import { DrydockError, isTerminal, newMessageId } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { RequestHandler } from 'express';
import { readIssues } from '../field-errors.ts';
import { toIdempotentRequest } from '../idempotent-request.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { requestIdOf } from '../middleware/request-id.ts';
import { findJob } from './find-job.ts';

export interface MessageRouteDeps {
  readonly store: Pick<JobStore, 'find'>;
  readonly messages: Pick<MessageStore, 'add'>;
  readonly assertDurable: () => void;
  readonly logger: Logger;
}

/**
 * `POST /v1/jobs/{id}/messages`: 202 when the message is on disk; the model reads it before its next turn. 409 where it
 * could not any more. With an Idempotency-Key the same message can be sent again for as long as the job is there.
 */
export function postMessage({ store, messages, assertDurable, logger }: MessageRouteDeps): RequestHandler {
  return async (request, response) => {
    const job = await findJob(store, request.params['jobId']);
    const { text } = parseMessage(request.body);
    if (job.spec.replay_of !== undefined)
      throw refused('A replay hears what was recorded, and nothing else.');
    const idempotent = toIdempotentRequest(request.get('idempotency-key'), { text });
    assertDurable();
    const sent = { id: newMessageId(), text, by: callerOf(response), request: idempotent };
    const answer = await messages.add(job.id, sent);
    if (answer.kind !== 'added' && answer.kind !== 'replayed') throw toRefusal(answer);
    const { id, at } = answer.message;
    if (answer.kind === 'replayed') response.set('Idempotent-Replayed', 'true');
    logger.info('message.accepted', { jobId: job.id, messageId: id, requestId: requestIdOf(response) });
    const { text: kept } = answer.message;
    const json: MessageJson = { id, object: 'message', job_id: job.id, text: kept, created_at: at };
    response.status(202).json(json);
  };
}

function parseMessage(body: unknown): MessageRequestType {
  const parsed = MessageRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const { hasUnknownField, errors } = readIssues(parsed.error.issues);
  throw new DrydockError(hasUnknownField ? 'unknown_field' : 'invalid_request', { details: { errors } });
}

function toRefusal(answer: Exclude<MessageAnswer, { kind: 'added' | 'replayed' }>): DrydockError {
  switch (answer.kind) {
    case 'not_found':
      return new DrydockError('not_found');
    case 'too_many':
      return refused(`The job has ${MAX_JOB_MESSAGES} messages, as many as a job may.`);
    case 'closed':
      return toClosed(answer.state);
  }
}

function toClosed(state: Extract<MessageAnswer, { kind: 'closed' }>['state']): DrydockError {
  if (isTerminal(state))
    return new DrydockError('job_finished', { message: `The job has already ended: ${state}.` });
  return refused('The job has handed in its work, or is being ended: the model reads nothing more.');
}

const refused = (message: string): DrydockError => new DrydockError('message_refused', { message });
