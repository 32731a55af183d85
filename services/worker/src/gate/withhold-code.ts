import type { ApprovalRequest, JobEventBody } from '@drydock/contracts';
import { ToolName } from '@drydock/contracts';

/** The event with a note in the place of what a model or a sandbox wrote; paths, numbers and decisions stand. */
// oxlint-disable-next-line complexity -- the closed list of events: a new one has to say whether it holds code
export function withholdCode(event: JobEventBody, note: string): JobEventBody {
  switch (event.type) {
    case 'message.added':
      return { type: event.type, data: { ...event.data, text: note } };
    case 'command.started':
      return { type: event.type, data: { ...event.data, cmd: note } };
    case 'command.output_appended':
      return { type: event.type, data: { ...event.data, text: note } };
    case 'plan.updated':
      return { type: event.type, data: { steps: [], explanation: note } };
    case 'injection.suspected':
      return { type: event.type, data: { ...event.data, excerpt: note } };
    case 'policy.decided':
      return { type: event.type, data: { ...event.data, tool: nameOf(event.data.tool, note) } };
    case 'approval.requested':
      return {
        type: event.type,
        data: { ...event.data, request: withholdQuestion(event.data.request, note) },
      };
    case 'job.state_changed':
    case 'command.finished':
    case 'file.changed':
    case 'attempt.resumed':
    case 'checkpoint.saved':
    case 'conversation.compacted':
    case 'sandbox.drifted':
    case 'egress.decided':
    case 'egress.availability_changed':
    case 'approval.decided':
    case 'usage.charged':
    case 'warning.raised':
    case 'job.finished':
      return event;
  }
}

/** The name of a tool that there is not is whatever the model wrote. */
const nameOf = (tool: string, note: string): string =>
  ToolName.safeParse(tool).success ? tool : note.slice(0, 100);

function withholdQuestion({ plan: _plan, ...request }: ApprovalRequest, note: string): ApprovalRequest {
  return {
    ...request,
    tool: nameOf(request.tool, note),
    cmd: request.cmd && note,
    justification: request.justification && note,
  };
}

/** What of an event the model has written or chosen; output is not the model's. */
export function findWords(event: JobEventBody): unknown {
  if (event.type === 'message.added' && event.data.message_id !== undefined) return undefined;
  return HOLDS_WORDS.has(event.type) ? event.data : undefined;
}

const HOLDS_WORDS: ReadonlySet<JobEventBody['type']> = new Set([
  'message.added',
  'plan.updated',
  'approval.requested',
  'warning.raised',
  'command.started',
]);
