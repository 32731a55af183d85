/** About what a model sends at once. */
const DELTA_CHARS = 48;

/** A text in deltas, by code points, because half of a surrogate pair is no text. */
export function* cutText(text: string): Generator<string> {
  const characters = Array.from(text);
  for (let from = 0; from < characters.length; from += DELTA_CHARS) {
    yield characters.slice(from, from + DELTA_CHARS).join('');
  }
}
