/** JSON Schema of arguments, in the few words that tools need. */
export type Schema = Readonly<Record<string, unknown>>;

export const text = (description: string): Schema => ({ type: 'string', description });
export const whole = (description: string): Schema => ({ type: 'integer', description });
export const list = (description: string, items: Schema): Schema => ({ type: 'array', description, items });

/** An object whose properties are all required, except those named. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Record<string, unknown> {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}
