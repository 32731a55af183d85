/** The first half of what would be said, for a stream that breaks off; at least nothing of its end. */
export function firstHalf<Item>(items: Iterable<Item>): Item[] {
  const all = [...items];
  return all.slice(0, Math.floor(all.length / 2));
}
