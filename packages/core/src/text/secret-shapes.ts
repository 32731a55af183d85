interface SecretShape {
  readonly name: string;
  /** Source of a pattern; where it has a group, only the group is secret. */
  readonly pattern: string;
}

/** How secrets look, by their issuers' prefixes. Each fits into one word; private keys in blocks are PEM_LABELS. */
const SECRET_SHAPES: readonly SecretShape[] = [
  { name: 'model key', pattern: 'sk-(?=[\\w-]{0,80}\\d)(?=[\\w-]{0,80}[A-Z])[\\w-]{20,}' },
  {
    name: 'forge token',
    pattern: 'gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\\w{22,}|gl(?:pat|dt|rt|ptt|ft)-[\\w-]{20,}',
  },
  {
    name: 'cloud key',
    pattern: '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}|AIza[\\w-]{35}|ya29\\.[\\w-]{20,}|dop_v1_[a-f0-9]{64}',
  },
  { name: 'chat token', pattern: 'xox[abeprs]-[\\w-]{10,}|xapp-\\d-[\\w-]{20,}|\\d{8,10}:AA[\\w-]{33}' },
  { name: 'payment key', pattern: '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9]{24,}' },
  {
    name: 'registry token',
    pattern: 'npm_[A-Za-z0-9]{36}|pypi-[\\w-]{50,}|rubygems_[a-f0-9]{48}|dckr_pat_[\\w-]{20,}',
  },
  {
    name: 'service key',
    pattern:
      'SG\\.[\\w-]{16,}\\.[\\w-]{16,}|hf_[A-Za-z0-9]{30,}|hv[sb]\\.[\\w-]{24,}|lin_api_\\w{32,}|shp(?:at|ca|ss)_[a-fA-F0-9]{32}|tskey-[\\w-]{20,}|dapi[a-f0-9]{32}',
  },
  { name: 'file key', pattern: 'AGE-SECRET-KEY-1[A-Z0-9]{50,}' },
  { name: 'password in address', pattern: '[a-z][a-z0-9+.-]{1,20}://[^/:@?#]{0,128}:([^/@$]{3,256})@' },
  { name: 'storage key', pattern: 'AccountKey=([A-Za-z0-9+/]{80,}={0,2})' },
  {
    name: 'assigned secret',
    pattern:
      '(?:API_?KEY|SECRET(?:_?KEY)?|ACCESS_?KEY|AUTH_?TOKEN|TOKEN|PASSWORD)=(?=[^=]*\\d)(?=[^=]*[A-Za-z])([A-Za-z0-9+/_-]{20,}={0,2})',
  },
];

/** Every shape, one group each for the name and its secret part; bounded by the word it is tested against. */
const ANY_SHAPE = new RegExp(
  `(?<![A-Za-z0-9])(?:${SECRET_SHAPES.map(({ pattern }) => pattern).join('|')})`,
  'dg',
);

/**
 * Web tokens. That the other parts follow is seen once, at the start of a run: looked for from each `eyJ` in it, a long
 * run would take time quadratic in its length.
 */
const WEB_TOKEN =
  /(?<![\w-])(?=[\w-]*\.eyJ[\w-]{8,}\.[\w-]{8})(?:[\w-]*?[_-])?(eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})/dg;

/** Shorter words hold no secret that could be told from a word. */
const SHORTEST = 12;

export interface SecretSpan {
  readonly start: number;
  readonly end: number;
}

/** Where a word, without white space or quotes, holds what looks like a secret; spans may overlap. */
export function findSecretShapes(word: string): SecretSpan[] {
  if (word.length < SHORTEST) return [];
  return [...word.matchAll(ANY_SHAPE), ...word.matchAll(WEB_TOKEN)].map(({ indices }) => {
    const [start, end] = indices?.slice(1).find((group) => group !== undefined) ?? indices?.[0] ?? [0, 0];
    return { start, end };
  });
}

/** Labels of PEM blocks that are secret from their first line to their last. */
export const PEM_LABELS = [
  'PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'DSA PRIVATE KEY',
  'OPENSSH PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'PGP PRIVATE KEY BLOCK',
] as const;
