import type { Endpoint } from './resolve-host.ts';

/** Files of the operator, by absolute paths without a blank, a quote, `~` or `%`. */
export interface SshIdentity {
  /** The private key, without a passphrase and readable for nobody else. */
  readonly keyFile: string;
  /** The keys of hosts that may be fetched from, as `ssh-keyscan` prints them. */
  readonly knownHostsFile: string;
}

const SSH_PORT = 22;

/**
 * Neither a file of the machine nor an agent has a say, nobody is asked, nothing is forwarded, no program is started,
 * and a host is known before or refused: there is no trust on first use.
 */
const OPTIONS = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'GlobalKnownHostsFile=/dev/null',
  'UpdateHostKeys=no',
  'VerifyHostKeyDNS=no',
  'CanonicalizeHostname=no',
  'IdentitiesOnly=yes',
  'IdentityAgent=none',
  'AddKeysToAgent=no',
  'PKCS11Provider=none',
  'PreferredAuthentications=publickey',
  'PasswordAuthentication=no',
  'KbdInteractiveAuthentication=no',
  'HostbasedAuthentication=no',
  'GSSAPIAuthentication=no',
  'NumberOfPasswordPrompts=0',
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'Tunnel=no',
  'PermitLocalCommand=no',
  'ProxyCommand=none',
  'ProxyJump=none',
  'ControlMaster=no',
  'ControlPath=none',
  'RequestTTY=no',
  'EscapeChar=none',
  'ConnectTimeout=15',
  'ConnectionAttempts=1',
  'ServerAliveInterval=15',
  'ServerAliveCountMax=2',
  'LogLevel=ERROR',
];

/**
 * The `GIT_SSH_COMMAND` of one fetch. It dials the address that was checked, whatever host git hands on, and looks the
 * host's key up under the name that was asked for. git gives it to a shell, so that each word is quoted.
 */
export function buildSshCommand(
  { keyFile, knownHostsFile }: SshIdentity,
  { host, port }: Endpoint,
  address: string,
): string {
  // As known_hosts files spell it.
  const alias = port === SSH_PORT ? host : `[${host}]:${port}`;
  const own = [
    `IdentityFile=${keyFile}`,
    `UserKnownHostsFile=${knownHostsFile}`,
    `HostKeyAlias=${alias}`,
    `HostName=${address}`,
  ];
  const words = ['ssh', '-F', '/dev/null', ...[...OPTIONS, ...own].flatMap((option) => ['-o', option])];
  return words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
}
