/** What the tree of a git or uploaded source may have: far more than repositories do, far less than bombs need. */
export const MAX_TREE_ENTRIES = 100_000;
export const MAX_TREE_BYTES = 1_536 * 1_024 * 1_024;
