import type { JobState } from '@drydock/contracts';
import { JOB_STATES } from '@drydock/contracts';
import { MAX_ATTEMPTS, TRANSITIONS, isTerminal } from '@drydock/core';
import { GENERATED_NOTE } from './generated-note.ts';

const code = (text: string): string => `\`${text}\``;

function tableRow(state: JobState): string {
  const next = isTerminal(state) ? 'none: terminal' : TRANSITIONS[state].map(code).join(' ');
  return `| ${code(state)} | ${next} |`;
}

function diagramLines(state: JobState): string[] {
  if (isTerminal(state)) return [`  ${state} --> [*]`];
  return TRANSITIONS[state].map((to) => `  ${state} --> ${to}`);
}

/** `docs/states.md`: every state of a job and every transition between them, from the one table in core. */
export function buildStatesPage(): string {
  const terminal = JOB_STATES.filter(isTerminal).map(code).join(', ');
  return [
    '# States of a job',
    '',
    GENERATED_NOTE,
    '',
    '| state | may become |',
    '| --- | --- |',
    ...JOB_STATES.map(tableRow),
    '',
    `Terminal: ${terminal}. A terminal job stays as it is: to go on, submit a new one.`,
    '',
    `${code('queued')} is entered again only after a lost lease, with the next fence. A job has at most ${MAX_ATTEMPTS}`,
    `attempts; then it is ${code('failed')} with ${code('attempts_exhausted')}.`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> queued',
    ...JOB_STATES.flatMap(diagramLines),
    '```',
    '',
  ].join('\n');
}
