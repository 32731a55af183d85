import { ClientError } from './client-error.ts';

/** What this package needs of a zod schema. */
interface Schema<Value> {
  safeParse(value: unknown): { success: true; data: Value } | { success: false; error: unknown };
}

/** The body of an answer. Throws ClientError where it is not what the server promises. */
export async function parseAnswer<Value>(schema: Schema<Value>, response: Response): Promise<Value> {
  const body: unknown = await response.json();
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ClientError('The server answered with something else than it promises.', {
    status: response.status,
    cause: parsed.error,
  });
}
