const BLOCK = /^[ \t]*(`{3,})suggestion[ \t]*\r?\n(?<text>[\s\S]*?)^[ \t]*\1[ \t]*$/gm;

/**
 * The lines that a suggestion puts in the place of those it is about, without their last line break; undefined where it
 * is words only. Code hosts read the same form: one block that is fenced as `suggestion`.
 */
export function readReplacement(suggestion: string): string | undefined {
  const blocks = [...suggestion.matchAll(BLOCK)];
  // Of two, neither is what the lines become.
  return blocks.length === 1 ? blocks[0]?.groups?.['text']?.replace(/\r?\n$/, '') : undefined;
}
