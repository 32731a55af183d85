import { RUNTIME } from './paths.ts';

/** What starts a program of the injected runtime, as its arguments follow. */
export function runtimeProgram(name: 'git' | 'tar' | 'script' | 'stty'): readonly [string, ...string[]] {
  // Started by its loader, Node is told that the loader is its executable.
  return [process.execPath, '--inhibit-cache', '--library-path', `${RUNTIME}/lib`, `${RUNTIME}/bin/${name}`];
}
