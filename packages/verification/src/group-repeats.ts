const REPEAT = /^(?<base>.+)#(?:[2-9]|[1-9]\d+)$/s;

/**
 * Groups of ids that may be repeats of one test (repeat-numberer.ts), in the order of their first ids. A test that is
 * itself named `…#2` beside one named without is taken for a repeat too: it can block a proof, never make one.
 */
export function groupRepeats(ids: ReadonlySet<string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const base = REPEAT.exec(id)?.groups?.['base'];
    const key = base !== undefined && ids.has(base) ? base : id;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [id]);
    else group.push(id);
  }
  return [...groups.values()];
}
