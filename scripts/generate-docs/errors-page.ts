import { Blame, ErrorCode } from '@drydock/contracts';
import { ERROR_CATALOGUE } from '@drydock/core';
import { GENERATED_NOTE } from './generated-note.ts';

/** Who has to act, for each blame. */
const BLAME_NOTES = {
  caller: 'The request or the job has to change.',
  model: 'The model or its server did not deliver.',
  sandbox: 'The sandbox or what runs in it broke.',
  platform: 'Drydock or its machine broke; the operator acts.',
} as const satisfies Record<Blame, string>;

function tableRow(code: ErrorCode): string {
  const { httpStatus, retryable, summary, next } = ERROR_CATALOGUE[code];
  return `| \`${code}\` | ${httpStatus} | ${retryable ? 'yes' : 'no'} | ${summary} | ${next} |`;
}

function section(blame: Blame): string[] {
  const codes = ErrorCode.options.filter((code) => ERROR_CATALOGUE[code].blame === blame);
  return [
    `## Blame: ${blame}`,
    '',
    BLAME_NOTES[blame],
    '',
    '| code | HTTP | retryable | what happened | what to do |',
    '| --- | --- | --- | --- | --- |',
    ...codes.map(tableRow),
    '',
  ];
}

/** `docs/errors.md`: every error that leaves Drydock, from the catalogue in core. */
export function buildErrorsPage(): string {
  return [
    '# Errors',
    '',
    GENERATED_NOTE,
    '',
    'A refused request is answered with RFC 9457 problem details, an ended job carries `error`; both name one of these',
    'codes. Retryable: the same thing can succeed when it is tried again.',
    '',
    ...Blame.options.flatMap(section),
  ].join('\n');
}
