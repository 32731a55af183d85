export { GitMirrorCache } from './git-mirror-cache.ts';
export type { GitMirrorOptions } from './git-mirror-cache.ts';
export type { SshIdentity } from './ssh-command.ts';
