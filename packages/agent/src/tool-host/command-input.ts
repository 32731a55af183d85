import { DrydockError } from '@drydock/core';
import type { Writable } from 'node:stream';

/** What a terminal makes of these keys; a pipe would hand them on as characters. */
const INTERRUPT_KEY = '\u0003';
const END_OF_INPUT_KEY = '\u0004';

interface CommandInput {
  /** Null: closed from the beginning. */
  readonly stdin: Writable | null;
  /** A terminal knows itself what keys mean. */
  readonly isTerminal: boolean;
  readonly interrupt: () => void;
}

/** Gives a command what is typed: Ctrl-C interrupts it, Ctrl-D ends its input. Throws `invalid_request` for the model. */
export function typeInto(input: CommandInput, chars: string): void {
  if (input.isTerminal && input.stdin?.writable === true) input.stdin.write(chars);
  else typeIntoPipe(input, chars);
}

function typeIntoPipe({ stdin, interrupt }: CommandInput, chars: string): void {
  if (chars.includes(INTERRUPT_KEY)) interrupt();
  const [text = '', ...afterEnd] = chars.replaceAll(INTERRUPT_KEY, '').split(END_OF_INPUT_KEY);
  const ends = afterEnd.length > 0;
  if (text === '' && !ends) return;
  if (stdin === null || !stdin.writable) {
    throw new DrydockError('invalid_request', {
      message:
        'The stdin of this command is closed. Start it with keep_stdin_open set to true to write to it.',
    });
  }
  stdin.write(text);
  if (ends) stdin.end();
}
