/*
 * A field is a word as the program will see it, a plain string. What only the shell will know is a control character
 * in it; text with control characters never gets this far (find-text-fault.ts), so they cannot be forged.
 */

/** Stands for text that is unknown, also for none. */
export const UNKNOWN = '\u0000';
export const GLOB_STAR = '\u0001';
export const GLOB_ONE = '\u0002';
/** Where the shell will split the word. */
export const SPLIT = '\u0003';
export const BRACE_OPEN = '\u0004';
export const BRACE_COMMA = '\u0005';
export const BRACE_CLOSE = '\u0006';

// oxlint-disable-next-line no-control-regex -- the markers are control characters
const OPEN = /[\u0000-\u0002]/;
// oxlint-disable-next-line no-control-regex -- the markers are control characters
const MARKERS = /[\u0000-\u0008\u000B-\u001F]/g;

/** Whether only the shell knows the whole text. */
export const isOpen = (field: string): boolean => OPEN.test(field);

/** The text without any marker, as if what is unknown were nothing. */
export const closeField = (field: string): string => field.replaceAll(MARKERS, '');

/** A literal from the text that must not be taken for a marker. */
export const toField = (literal: string): string => literal.replaceAll(MARKERS, UNKNOWN);

const SHOWN: Readonly<Record<string, string>> = { [GLOB_STAR]: '*', [GLOB_ONE]: '?' };

/** A field for people. */
export const showField = (field: string): string =>
  field.replaceAll(MARKERS, (marker) => SHOWN[marker] ?? '…');
