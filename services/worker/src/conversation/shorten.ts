import type { Stage, TranscriptItem } from '@drydock/contracts';

/** Of the newest messages of people, behind the opening: some 20,000 tokens. */
const MAX_MESSAGES_BYTES = 80_000;

export interface Shortening {
  /** What the model was shown first: task, rules, environment. It stays as it is, so that servers find it in their cache. */
  readonly opening: readonly TranscriptItem[];
  /** All that came after it. */
  readonly rest: readonly TranscriptItem[];
  /** What is true by the worker's own record. */
  readonly record: string;
  /** The model's own words; undefined where there are none. */
  readonly summary: string | undefined;
  readonly stage: Stage;
  /** Texts that stay as they are, however long: what the present job asks, where it follows others. */
  readonly pinned: ReadonlySet<string>;
}

const STAGES: Readonly<Record<Stage, string>> = {
  planning: 'You are in the planning stage: the workspace is read-only, and submit_plan ends it.',
  running: 'You are in the execution stage: your plan was accepted, and submit ends the job.',
};

/** The conversation that takes the place of one that is too long: opening, words of people, facts, summary. */
export function shorten({ opening, rest, record, summary, stage, pinned }: Shortening): TranscriptItem[] {
  const facts = `<work_record>\nThe conversation before was cut to make room. ${STAGES[stage]} The workspace is as you left it.\n${record}\n</work_record>`;
  const words = summary ?? 'There is none: look at the workspace and at the record.';
  return [
    ...opening,
    ...newestMessages(rest, pinned),
    // It holds names of files and of commands: words of the repository, and no rules.
    { type: 'message', role: 'user', text: facts },
    { type: 'message', role: 'user', text: `<summary_of_your_work>\n${words}\n</summary_of_your_work>` },
  ];
}

function newestMessages(rest: readonly TranscriptItem[], pinned: ReadonlySet<string>): TranscriptItem[] {
  const kept: TranscriptItem[] = [];
  let room = MAX_MESSAGES_BYTES;
  for (const item of rest.toReversed()) {
    if (item.type !== 'message' || item.role === 'assistant') continue;
    const isPinned = pinned.has(item.text);
    if (!isPinned && (item.role !== 'user' || isOurs(item.text))) continue;
    if (!isPinned) room -= Buffer.byteLength(item.text);
    if (isPinned || room >= 0) kept.unshift(item);
  }
  return kept;
}

/** Record and summary of an older cut: the new ones take their place. */
const isOurs = (text: string): boolean => /^<(?:work_record|summary_of_your_work)>\n/.test(text);

/** Without the older half of what follows the opening; no call stays without its output, nor the other way round. */
export function dropOlderHalf(items: readonly TranscriptItem[], openingLength: number): TranscriptItem[] {
  const opening = items.slice(0, openingLength);
  const rest = items.slice(openingLength);
  const kept = rest.slice(Math.ceil(rest.length / 2));
  const calls = idsOf(kept, (item) => (item.type === 'tool_call' ? item.call.callId : undefined));
  const outputs = idsOf(kept, (item) => (item.type === 'tool_output' ? item.callId : undefined));
  const isWhole = (item: TranscriptItem): boolean => {
    if (item.type === 'tool_call') return outputs.has(item.call.callId);
    return item.type !== 'tool_output' || calls.has(item.callId);
  };
  return [...opening, ...kept.filter(isWhole)];
}

const idsOf = (
  items: readonly TranscriptItem[],
  pick: (item: TranscriptItem) => string | undefined,
): ReadonlySet<string> => new Set(items.map(pick).filter((id) => id !== undefined));
