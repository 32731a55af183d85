import { expect, it } from 'vitest';
import { buildSshCommand } from './ssh-command.ts';

const FILES = { keyFile: '/etc/drydock/key', knownHostsFile: '/etc/drydock/known_hosts' };

it('is this, word by word', () => {
  const command = buildSshCommand(FILES, { host: 'git.example', port: 22 }, '1.1.1.1');
  expect(command.replaceAll(" '-o' ", '\n')).toMatchInlineSnapshot(`
    "'ssh' '-F' '/dev/null'
    'BatchMode=yes'
    'StrictHostKeyChecking=yes'
    'GlobalKnownHostsFile=/dev/null'
    'UpdateHostKeys=no'
    'VerifyHostKeyDNS=no'
    'CanonicalizeHostname=no'
    'IdentitiesOnly=yes'
    'IdentityAgent=none'
    'AddKeysToAgent=no'
    'PKCS11Provider=none'
    'PreferredAuthentications=publickey'
    'PasswordAuthentication=no'
    'KbdInteractiveAuthentication=no'
    'HostbasedAuthentication=no'
    'GSSAPIAuthentication=no'
    'NumberOfPasswordPrompts=0'
    'ForwardAgent=no'
    'ForwardX11=no'
    'ClearAllForwardings=yes'
    'Tunnel=no'
    'PermitLocalCommand=no'
    'ProxyCommand=none'
    'ProxyJump=none'
    'ControlMaster=no'
    'ControlPath=none'
    'RequestTTY=no'
    'EscapeChar=none'
    'ConnectTimeout=15'
    'ConnectionAttempts=1'
    'ServerAliveInterval=15'
    'ServerAliveCountMax=2'
    'LogLevel=ERROR'
    'IdentityFile=/etc/drydock/key'
    'UserKnownHostsFile=/etc/drydock/known_hosts'
    'HostKeyAlias=git.example'
    'HostName=1.1.1.1'"
  `);
});

it('knows a host at another port by both, and an address as one', () => {
  const command = buildSshCommand(FILES, { host: '::1', port: 2222 }, '::1');
  expect(command).toContain("'HostKeyAlias=[::1]:2222' '-o' 'HostName=::1'");
});

it('quotes what a shell would read', () => {
  const command = buildSshCommand({ ...FILES, keyFile: "/a';id;'" }, { host: 'x', port: 22 }, '1.1.1.1');
  expect(command).toContain(String.raw`'IdentityFile=/a'\'';id;'\'''`);
});
