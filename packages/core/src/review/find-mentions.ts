import type { CodePlace } from '@drydock/contracts';

/** `src/a.ts:12`, `a.ts:12-14`: a path with a slash or an ending, a colon, a line. */
const MENTION =
  /(?<![\w/.:@-])(?<path>(?:[\w@.-]+\/)*[\w@-][\w@.-]*)(?<!\.):(?<line>[1-9]\d{0,7})(?:-(?<end>[1-9]\d{0,7}))?(?![\w/:]|\.\d)/g;
const ENDING = /\.[A-Za-z]\w{0,9}$/;
/** Endings with which a name without a directory is a host, and the number its port. */
const HOST_ENDING = /\.(?:com|org|net|io|dev|test|local|localhost|internal|example|invalid)$/i;
const MAX_MENTIONS = 100;

/** The places that a text names as `path:line`. Times, ports and versions are none. */
export function findMentions(text: string): CodePlace[] {
  const places = Array.from(text.matchAll(MENTION), ({ groups }): CodePlace[] => {
    const { path = '', line, end } = groups ?? {};
    if (!isPath(path)) return [];
    return [{ path, line: Number(line), ...(end === undefined ? {} : { end_line: Number(end) }) }];
  });
  return places.flat().slice(0, MAX_MENTIONS);
}

const isPath = (path: string): boolean =>
  path.includes('/') ? /[A-Za-z]/.test(path) : ENDING.test(path) && !HOST_ENDING.test(path);
