/** What a program of a tool takes from its environment: one request, as JSON. */
export function parseConfig(env: Readonly<Record<string, string | undefined>> = process.env): {
  readonly request: string;
} {
  return { request: env['DRYDOCK_TOOL_REQUEST'] ?? '' };
}
