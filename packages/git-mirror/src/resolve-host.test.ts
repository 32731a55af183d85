import { describe, expect, it } from 'vitest';
import { resolveHost } from './resolve-host.ts';

const NEVER = new AbortController().signal;

function resolve(addresses: readonly string[], host = 'git.example', allowed: readonly string[] = []) {
  const lookUp = () => Promise.resolve(addresses);
  return resolveHost({ host, port: 8443 }, { allowHosts: new Set(allowed), lookUp }, NEVER);
}

describe('resolveHost', () => {
  it('gives the addresses to dial', async () => {
    expect(await resolve(['2606:4700::1', '1.1.1.1'])).toEqual(['2606:4700::1', '1.1.1.1']);
  });

  it('refuses a host of which any address is not public', async () => {
    await expect(resolve(['1.1.1.1', '10.0.0.1'])).rejects.toMatchObject({ code: 'bad_source' });
  });

  it('refuses a literal address without asking anybody', async () => {
    for (const host of ['127.0.0.1', '::1', '169.254.169.254']) {
      await expect(resolve(['1.1.1.1'], host)).rejects.toMatchObject({ code: 'bad_source' });
    }
  });

  it.each([['git.example'], ['git.example:8443']])(
    'takes a private address where %s is allowed',
    async (entry) => {
      expect(await resolve(['10.0.0.1'], 'git.example', [entry])).toEqual(['10.0.0.1']);
    },
  );

  it.each([['git.example:443'], ['example'], ['10.0.0.1']])(
    'does not take %s for the same',
    async (entry) => {
      await expect(resolve(['10.0.0.1'], 'git.example', [entry])).rejects.toMatchObject({
        code: 'bad_source',
      });
    },
  );

  it('says that a name without an address is unavailable', async () => {
    await expect(resolve([])).rejects.toMatchObject({ code: 'source_unavailable' });
    const lookUp = () => Promise.reject(new Error('ENOTFOUND'));
    await expect(
      resolveHost({ host: 'x', port: 1 }, { allowHosts: new Set(), lookUp }, NEVER),
    ).rejects.toMatchObject({ code: 'source_unavailable' });
  });

  it('ends with its signal, however long the resolver takes', async () => {
    const { promise } = Promise.withResolvers<never>();
    const abort = new AbortController();
    const resolved = resolveHost(
      { host: 'x', port: 1 },
      { allowHosts: new Set(), lookUp: () => promise },
      abort.signal,
    );
    abort.abort(new Error('cancelled'));
    await expect(resolved).rejects.toThrow('cancelled');
  });
});
