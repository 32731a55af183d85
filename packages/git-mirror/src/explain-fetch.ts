import { DrydockError } from '@drydock/core';

const MAX_WORDS = 300;

interface Explanation {
  readonly code: 'bad_source' | 'source_unavailable';
  readonly says: string;
}

/** What git says, and what it means for whoever named the repository. The first that fits counts. */
const EXPLANATIONS: readonly (readonly [RegExp, Explanation])[] = [
  [
    /could not read Username|Authentication failed|requested URL returned error: 40[13]/i,
    { code: 'bad_source', says: 'asks for credentials, and none are sent' },
  ],
  [
    /requested URL returned error: 30\d|update url base from redirection|redirect/i,
    { code: 'bad_source', says: 'redirects; give the address that it leads to' },
  ],
  [
    /repository '.*' not found|requested URL returned error: 4(?:04|10)|not valid: is this a git repository/i,
    { code: 'bad_source', says: 'is no git repository' },
  ],
  [
    /fsck error|error in (?:object|tree|commit|tag)|inflate|bad object|sha1 mismatch|object corrupt/i,
    { code: 'bad_source', says: 'has objects that git refuses' },
  ],
  [/unsupported|mismatched algorithms/i, { code: 'bad_source', says: 'has a format that is not supported' }],
];

const UNAVAILABLE: Explanation = { code: 'source_unavailable', says: 'could not be fetched' };

/** Whether git gave up because the other side has no such ref. */
export function isUnknownRef(stderr: string): boolean {
  return /couldn't find remote ref|not our ref|Server does not allow request for unadvertised object/i.test(
    stderr,
  );
}

/** The error of a fetch that failed. git's last line is quoted: a server may have chosen it, so it is cut and cleaned. */
export function explainFetch(url: string, stderr: string): DrydockError {
  const [, { code, says }] = EXPLANATIONS.find(([pattern]) => pattern.test(stderr)) ?? [null, UNAVAILABLE];
  const words = stderr.trim().split('\n').at(-1) ?? '';
  const quoted = words
    // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
    .replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, ' ')
    .slice(0, MAX_WORDS);
  return new DrydockError(code, { message: `${url} ${says}. git: ${quoted}` });
}
