import { FilesSource } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { docker, file, output, soon, SOURCE, TestHost } from './test-host.ts';
import { useTestHost } from './use-test-host.ts';

describeWith('docker', 'a layer', () => {
  let host: TestHost;

  useTestHost((opened) => (host = opened));

  it('is the same for the same files in any order, in any installation', async () => {
    await using other = await TestHost.open();
    const [first, again, elsewhere] = await Promise.all([
      host.layer(),
      host.layer({ type: 'files', files: SOURCE.files.toReversed() }),
      other.layer(),
    ]);
    expect(again).toEqual(first);
    expect(elsewhere).toEqual(first);
    expect(await host.layer({ type: 'files', files: SOURCE.files.slice(1) })).not.toEqual(first);
  });

  it('is built once for many who ask at once', async () => {
    const source: FilesSource = { type: 'files', files: [file('once', 'x')] };
    const counted = countBuilders(host.config.instanceId);
    const layers = await Promise.all(Array.from({ length: 8 }, () => host.layer(source)));
    expect(new Set(layers.map(({ key }) => key)).size).toBe(1);
    expect(await counted()).toBe(1);
  });

  it('holds what was sent, byte for byte', async () => {
    const content = Buffer.from([0, 255, 13, 10, 1]).toString('base64');
    const source = FilesSource.parse({
      type: 'files',
      files: [
        { path: 'bytes.bin', content, encoding: 'base64' },
        { path: '.gitattributes', content: '* text=auto eol=lf\n*.bin filter=lfs\n' },
        { path: 'crlf.txt', content: 'a\r\n' },
        { path: 'ä ö/"quoted"\\n', content: 'odd' },
        { path: '.hidden/.gitignore', content: '*' },
      ],
    });
    const sandbox = await host.host.sandboxes.start(
      { memoryBytes: 2 ** 28, cpus: 1, diskBytes: 2 ** 25, expiresAt: Date.now() + 60_000 },
      soon(),
    );
    try {
      await sandbox.mountWorkspace(await host.layer(source), 'read_write', soon());
      expect(await sandbox.readFile('bytes.bin', 100, soon())).toEqual(Buffer.from([0, 255, 13, 10, 1]));
      expect(
        await output(
          sandbox,
          'git status --short; git ls-files -z | tr "\\0" "|"; stat -c %Y crlf.txt .hidden .git/HEAD',
        ),
      ).toBe(
        '.gitattributes|.hidden/.gitignore|bytes.bin|crlf.txt|ä ö/"quoted"\\n|946684800\n946684800\n946684800\n',
      );
    } finally {
      await sandbox[Symbol.asyncDispose]();
    }
  });

  it.each([
    ['../escape', 'it has a part "." or ".."'],
    ['/etc/passwd', 'it is absolute'],
    ['a/.GIT/config', 'it belongs to git'],
    ['git~1/config', 'it belongs to git'],
    ['a//b', 'it has an empty part'],
    ['a\0b', 'it has a control character'],
    ['a\n', 'it has a control character'],
  ])('is refused for the path %j, with the reason and the file', async (path, reason) => {
    const source: FilesSource = { type: 'files', files: [file('fine', 'x'), file(path, 'y')] };
    await expect(host.layer(source)).rejects.toMatchObject({
      code: 'bad_source',
      message: expect.stringContaining(reason) as string,
      details: { pointer: '/source/files/1' },
    });
  });

  it.each([
    ['the same path twice', [file('a', '1'), file('a', '2')]],
    ['a file below a file', [file('a', '1'), file('a/b', '2')]],
    ['a file where a directory is', [file('a/b', '1'), file('a', '2')]],
  ])('is refused for %s', async (_, files) => {
    await expect(host.layer({ type: 'files', files })).rejects.toMatchObject({
      code: 'bad_source',
      details: { pointer: '/source/files/1' },
    });
  });

  it('is refused for content that is not base64', async () => {
    const source: FilesSource = { type: 'files', files: [{ ...file('a', '***'), encoding: 'base64' }] };
    await expect(host.layer(source)).rejects.toMatchObject({ code: 'bad_source' });
  });

  it.each([1, 40, 120, 200, 300, 400, 500])(
    'aborted %i ms into its build leaves nothing, and can be built then',
    async (delayMs) => {
      const source: FilesSource = { type: 'files', files: [file('aborted', String(delayMs))] };
      const built = host.host.layers.ensure(source, AbortSignal.timeout(delayMs));
      await built.catch(() => undefined);
      expect(host.findLeftovers()).toEqual([]);
      await expect(host.layer(source)).resolves.toHaveProperty('baseSha');
    },
  );

  it('that one of two waiters gives up is still built for the other', async () => {
    const source: FilesSource = { type: 'files', files: [file('shared', 'x')] };
    const abort = new AbortController();
    const [first, second] = [host.host.layers.ensure(source, abort.signal), host.layer(source)];
    setTimeout(() => abort.abort(new Error('gone')), 100);
    await expect(first).rejects.toThrow('gone');
    await expect(second).resolves.toHaveProperty('baseSha');
  });

  it('takes 5,000 files', async () => {
    const files = Array.from({ length: 5_000 }, (_, index) => file(`d${index % 50}/f${index}`, `${index}\n`));
    await expect(host.layer({ type: 'files', files })).resolves.toHaveProperty('baseSha');
  });
});

/** Counts containers of an installation by the engine's own events, from now until it is asked. */
function countBuilders(instanceId: string): () => Promise<number> {
  const since = String(Date.now() / 1_000);
  return async () => {
    const until = String(Date.now() / 1_000);
    const filters = ['--filter', 'event=create', '--filter', `label=drydock.instance=${instanceId}`];
    return docker('events', '--since', since, '--until', until, ...filters, '--format', '{{.ID}}').length;
  };
}
