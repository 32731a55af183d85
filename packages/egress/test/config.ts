/** The host of a real npm registry that tests may reach: no machine of ours promises one. */
export function liveRegistry(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  return env['DRYDOCK_TEST_LIVE_REGISTRY'];
}
