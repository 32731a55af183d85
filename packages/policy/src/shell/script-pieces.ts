import { parse } from 'unbash';
import { findError } from './search-script.ts';

/** A text that is nested too deeply is none that parses. */
export function isParsed(text: string): boolean {
  try {
    return findError(parse(text)) === undefined;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return false;
  }
}

/** A line that ends with a backslash goes on in the next. */
export function linesOf(text: string): { piece: string; at: number }[] {
  let at = 0;
  return text.split(/(?<!\\)\n/).map((piece) => {
    const start = at;
    at += piece.length + 1;
    return { piece, at: start };
  });
}
