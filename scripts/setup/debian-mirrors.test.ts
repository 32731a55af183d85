import { describe, expect, test } from 'vitest';
import { buildSources, findTransportOptions } from './debian-mirrors.mjs';

describe('buildSources', () => {
  test('asks for a mirror on a machine that is not a Debian', () => {
    const machine = { indexTargets: 'Ubuntu http://mirror.test/ubuntu/ noble\n' };
    expect(() => buildSources('bookworm', machine)).toThrow('DRYDOCK_DEBIAN_MIRROR');
  });

  test('leaves out security updates where the machine has no mirror of them', () => {
    const machine = { indexTargets: 'Debian http://mirror.test/debian/ bookworm\n' };
    expect(buildSources('bookworm', machine)).toEqual([
      'deb http://mirror.test/debian/ bookworm main',
      'deb http://mirror.test/debian/ bookworm-updates main',
    ]);
  });

  test('takes the machine’s mirrors, and never those of third parties', () => {
    const indexTargets = [
      'Docker https://third-party.test/debian/ trixie',
      'Debian http://mirror.test/debian/ trixie',
      'Debian http://mirror.test/security/ trixie-security',
    ].join('\n');
    expect(buildSources('bookworm', { indexTargets })).toEqual([
      'deb http://mirror.test/debian/ bookworm main',
      'deb http://mirror.test/debian/ bookworm-updates main',
      'deb http://mirror.test/security/ bookworm-security main',
    ]);
  });

  test('takes one named mirror and nothing else', () => {
    expect(buildSources('bookworm', { indexTargets: '', mirror: 'http://snapshot.test/debian' })).toEqual([
      'deb http://snapshot.test/debian bookworm main',
    ]);
  });
});

test('only how a mirror is reached is taken from the machine’s apt settings', () => {
  const config = [
    'APT::Install-Recommends "1";',
    'Acquire::http::Proxy "http://proxy.test:3142";',
    'Acquire::http::Proxy "http://proxy.test:3142";',
    'Acquire::Check-Valid-Until "false";',
    'DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb";',
    'Acquire::http::Proxy::local.test "DIRECT";',
  ].join('\n');
  expect(findTransportOptions(config)).toEqual([
    'Acquire::http::Proxy "http://proxy.test:3142";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::http::Proxy::local.test "DIRECT";',
  ]);
});
