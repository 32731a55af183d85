import { DrydockError } from '@drydock/core';

const MAX_WORDS = 300;

interface Explanation {
  readonly code: 'bad_source' | 'source_unavailable';
  readonly says: string;
  /** ssh names files of the operator where it does not like one: those are nobody else's business. */
  readonly isPrivate?: true;
}

const KNOWN_HOSTS = 'DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE';

/** What git and ssh say, and what it means for whoever named the repository. The first that fits counts. */
const EXPLANATIONS: readonly (readonly [RegExp, Explanation])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|REVOKED HOST KEY/,
    { code: 'bad_source', says: `shows another host key than ${KNOWN_HOSTS} has`, isPrivate: true },
  ],
  [
    /Host key verification failed/,
    {
      code: 'bad_source',
      says: `is at a host that the operator has not named in ${KNOWN_HOSTS}`,
      isPrivate: true,
    },
  ],
  [
    /UNPROTECTED PRIVATE KEY FILE|Load key /,
    {
      code: 'source_unavailable',
      says: 'needs a key that ssh can use: the operator has to look at DRYDOCK_GIT_SSH_KEY_FILE',
      isPrivate: true,
    },
  ],
  [
    /Permission denied \(/,
    { code: 'bad_source', says: "does not let the operator's key in", isPrivate: true },
  ],
  [
    /could not read Username|Authentication failed|requested URL returned error: 40[13]/i,
    { code: 'bad_source', says: 'asks for credentials, and none are sent' },
  ],
  [
    /requested URL returned error: 30\d|update url base from redirection|redirect/i,
    { code: 'bad_source', says: 'redirects; give the address that it leads to' },
  ],
  [
    /repository '.*' not found|does not appear to be a git repository|requested URL returned error: 4(?:04|10)|not valid: is this a git repository/i,
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

/** What git says after every ssh that failed. */
const BOILERPLATE =
  /^(?:fatal: Could not read from remote repository\.|Please make sure you have the correct access rights|and the repository exists\.|)$/;

/**
 * The error of a fetch that failed. Its last line that says something is quoted: a server may have chosen it, so it is
 * cut and cleaned.
 */
export function explainFetch(url: string, stderr: string): DrydockError {
  const [, { code, says, isPrivate }] = EXPLANATIONS.find(([pattern]) => pattern.test(stderr)) ?? [
    null,
    UNAVAILABLE,
  ];
  return new DrydockError(code, {
    message: isPrivate ? `${url} ${says}.` : `${url} ${says}. git: ${quote(stderr)}`,
  });
}

function quote(stderr: string): string {
  const words = stderr.split('\n').findLast((line) => !BOILERPLATE.test(line.trim())) ?? '';
  return (
    words
      // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
      .replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, ' ')
      .slice(0, MAX_WORDS)
  );
}
