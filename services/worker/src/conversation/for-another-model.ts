import type { TranscriptItem, TranscriptLine } from '@drydock/contracts';

/**
 * What was said, for another model than the one that said it: reasoning is sealed for that one, and one that is blind
 * is refused images.
 */
export function forAnotherModel(
  lines: readonly TranscriptLine[],
  { vision }: { readonly vision: boolean },
): TranscriptLine[] {
  const adapt = (item: TranscriptItem): TranscriptItem[] => {
    if (item.type === 'reasoning') return [];
    if (vision || item.type !== 'tool_output' || item.image === undefined) return [item];
    const { image: _, ...said } = item;
    return [said];
  };
  return lines.flatMap((line): TranscriptLine[] => {
    if (line.type === 'turn_ended') return [line];
    return line.type === 'compacted' ? [{ ...line, items: line.items.flatMap(adapt) }] : adapt(line);
  });
}
