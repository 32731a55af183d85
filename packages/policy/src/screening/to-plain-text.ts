// oxlint-disable-next-line no-control-regex -- these characters are what is taken out
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;
const INVISIBLE =
  /[\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}\p{Surrogate}]/gu;
const SPLIT_WORD = /[^\s;&|()]\\\n[^\s]/;
const CONTINUED = /(?:[^\n]*\\\n)+[^\n]*/g;

/**
 * A script as a guess may read it, on the same lines: a command is refused for such characters, but code that holds them
 * has to be looked at all the same. Words that go on in the next line are joined.
 */
export function toPlainText(text: string): string {
  const plain = text.replaceAll(CONTROL, '').replaceAll(INVISIBLE, '').normalize('NFC');
  return SPLIT_WORD.test(plain) ? plain.replaceAll(CONTINUED, joinLines) : plain;
}

/** As many lines as before: the numbers of those behind stay. */
function joinLines(lines: string): string {
  const parts = lines.split('\\\n');
  return `${parts.join('')}${'\n'.repeat(parts.length - 1)}`;
}
