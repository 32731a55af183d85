export type { RuntimeContents } from './contents.ts';
export { ensureRuntime, type Runtime, type RuntimeOptions } from './ensure-runtime.ts';
export type { RuntimeManifest } from './runtime-manifest.ts';
