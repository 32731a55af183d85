import type { JobEventBody } from '@drydock/contracts';

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
    case 'job.state_changed':
    case 'command.finished':
    case 'file.changed':
    case 'attempt.resumed':
    case 'checkpoint.saved':
    case 'conversation.compacted':
    case 'sandbox.drifted':
    case 'policy.decided':
    case 'egress.decided':
    case 'egress.availability_changed':
    case 'approval.requested':
    case 'approval.decided':
    case 'usage.charged':
    case 'warning.raised':
    case 'job.finished':
      return event;
  }
}

/** What a model or a caller will read as code of the model in an event; output is not the model's. */
export function findWords(event: JobEventBody): string {
  if (event.type === 'message.added') return event.data.text;
  return event.type === 'plan.updated' ? JSON.stringify(event.data).replaceAll(String.raw`\n`, '\n') : '';
}
