const MOVE = /^cd (?:\.|\/job\/work)\/? ?&& ?/;
const JOINED_OUTPUT = / ?2>&1$/;

/** A command line without what changes nothing of what it runs or how it ends: by this two are the same check. */
export function normaliseCommand(command: string): string {
  const line = command.trim().replaceAll(/\s+/g, ' ');
  return line.replace(MOVE, '').replace(JOINED_OUTPUT, '').trim();
}
