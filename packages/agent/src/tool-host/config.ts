/** What the tool host takes from its own environment, which the worker made. */
export interface ToolHostConfig {
  readonly path: string | undefined;
}

export function parseConfig(env: Readonly<Record<string, string | undefined>> = process.env): ToolHostConfig {
  return { path: env['PATH'] };
}
