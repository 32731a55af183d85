import { parseConfig } from './config.ts';

interface RequestSchema<Request> {
  parse(value: unknown): Request;
}

const MAX_MESSAGE_CHARS = 1_500;

/**
 * The whole life of a program that serves one tool call, as the code's own user: a request from the environment, one
 * line of JSON as the answer. What goes wrong is an answer too, in words for the model.
 */
export async function answerOnce<Request>(
  schema: RequestSchema<Request>,
  answer: (request: Request) => Promise<object>,
): Promise<void> {
  const result = await answer(schema.parse(JSON.parse(parseConfig().request))).catch(toRefusal);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function toRefusal(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'refused', message: message.slice(0, MAX_MESSAGE_CHARS).toWellFormed() };
}
