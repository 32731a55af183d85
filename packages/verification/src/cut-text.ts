/** Of an id or a file name in a job's result; the artifacts before.json and after.json have all of it. */
export const MAX_ID_CHARS = 500;

/** A cut may halve a character, and half a character is not text. */
export const cutText = (text: string, maxChars: number): string => text.slice(0, maxChars).toWellFormed();
