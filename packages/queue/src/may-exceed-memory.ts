/**
 * First line of a script that Redis also runs over its maxmemory: one that writes little, that a job which runs needs,
 * or that frees memory.
 */
export const MAY_EXCEED_MEMORY = '#!lua flags=allow-oom\n';
