import { DrydockError } from '@drydock/core';

/** What this package needs of a zod schema. */
interface Schema<Value> {
  safeParse(value: unknown): { success: true; data: Value } | { success: false; error: unknown };
}

/** What is read back from Redis, as what was written there. Throws `internal_error` where it is something else. */
export function parseStored<Value>(schema: Schema<Value>, stored: unknown): Value {
  const parsed = schema.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new DrydockError('internal_error', { cause: parsed.error });
}

/** A stored JSON text; an absent one is null. Throws `internal_error` where it is none. */
export function parseStoredJson(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DrydockError('internal_error', { cause });
  }
}
