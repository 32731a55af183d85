/** Shown in the place of characters that a person would not see, or that would change what they see. */
const SHOWN = '\u{FFFD}';

/**
 * Control sequences of terminals, as a whole: CSI; OSC, DCS, SOS, PM and APC with their strings (an unended one takes
 * the rest of its line); then any other escape.
 */
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex -- these characters are what is removed
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C\n]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]?/g;

/**
 * Line ends of other systems become one kind, so that nothing is written over. Only from the first CR of a run: tried
 * from each, a run that no newline follows takes quadratic time.
 */
const LINE_ENDS = /(?<!\r)\r+\n/g;

const HIDDEN =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these characters are what is replaced
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]+/gu;

/** Joins emoji to one, as families; harmless there and nowhere else. */
const JOINED_EMOJI =
  /(?<=\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)\u200D(?=\p{Extended_Pictographic})/gu;
const JOINER_MARK = '\uFDD0';

/**
 * Text as a person may safely see it in a terminal or on a page: without control characters (newline and tab stay),
 * terminal sequences, direction overrides and isolates, zero-width characters and Unicode tags. Sequences vanish;
 * a run of anything else hidden shows as one U+FFFD. Applying it twice changes nothing more.
 */
export function stripForPeople(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(JOINER_MARK, SHOWN)
    .replaceAll(JOINED_EMOJI, JOINER_MARK)
    .replaceAll(LINE_ENDS, '\n')
    .replaceAll(SEQUENCES, '')
    .replaceAll(HIDDEN, SHOWN)
    .replaceAll(JOINER_MARK, '\u200D');
}
