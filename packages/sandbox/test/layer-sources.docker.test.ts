import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Digest, type UploadFormat } from '@drydock/contracts';
import type { HeldLayer, LayerSource } from '@drydock/core';
import { GitServer, describeWith } from '@drydock/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarEntry, tarOf } from './tar-fixture.ts';
import { file, output, soon, SPEC, TestHost } from './test-host.ts';
import { useTestHost } from './use-test-host.ts';

const archive = (bytes: Buffer, format: UploadFormat = 'tar.gz', ref = 'HEAD'): LayerSource => ({
  type: 'archive',
  format,
  digest: Digest.parse(createHash('sha256').update(bytes).digest('hex')),
  bytes: bytes.length,
  ref,
  read: async function* () {
    await Promise.resolve();
    for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
  },
});
const tarGz = (...entries: readonly Buffer[]) => archive(gzipSync(tarOf(...entries)));

describeWith('docker', 'a layer of', () => {
  let host: TestHost;
  let repositories: GitServer;

  useTestHost((opened) => (host = opened));

  beforeAll(async () => {
    repositories = await GitServer.start();
  });
  afterAll(async () => {
    await repositories?.[Symbol.asyncDispose]();
  });

  const ensure = (source: LayerSource) => host.host.layers.ensure(source, soon());

  async function look(layer: HeldLayer, cmd: string): Promise<string> {
    await using sandbox = await host.host.sandboxes.start(SPEC, soon());
    await sandbox.mountWorkspace(layer, 'read_write', soon());
    return await output(sandbox, cmd);
  }

  /** Two commits, a submodule, filters that would run programs, and odd files. */
  function createRepository(name: string): string {
    const dir = repositories.create(name);
    writeFileSync(join(dir, 'a.txt'), 'one\r\n');
    writeFileSync(join(dir, '.gitattributes'), '*.txt filter=evil text eol=lf\n');
    execFileSync('ln', ['-s', '/etc/passwd', join(dir, 'link')]);
    execFileSync('sh', ['-c', 'printf "#!/bin/sh\n" > run.sh && chmod 755 run.sh'], { cwd: dir });
    writeFileSync(join(dir, '.git/info/attributes'), '* -text -filter\n');
    repositories.git(dir, 'add', '.');
    const link = `160000,${'1'.repeat(40)},vendor/lib`;
    repositories.git(dir, 'update-index', '--add', '--cacheinfo', link);
    repositories.git(dir, 'commit', '-q', '-m', 'first');
    writeFileSync(join(dir, 'b.txt'), 'two\n');
    repositories.git(dir, 'add', 'b.txt');
    repositories.git(dir, 'commit', '-q', '-m', 'second');
    return dir;
  }

  describe('git', () => {
    it('is the commit, byte for byte, with its history, its time and empty submodules', async () => {
      const dir = createRepository('history');
      const sha = repositories.git(dir, 'rev-parse', 'HEAD');
      using layer = await ensure({ type: 'git', mirrorDir: join(dir, '.git'), sha });
      expect(layer).toMatchObject({ baseSha: sha, submodules: ['vendor/lib'] });
      const seen = await look(
        layer,
        'git log --format=%s | tr "\\n" " "; git status --short; od -c a.txt | head -1; readlink link; ' +
          'stat -c %Y a.txt .git/HEAD vendor/lib | tr "\\n" " "; ls vendor/lib; test -x run.sh && git branch',
      );
      expect(seen).toBe(
        'second first 0000000   o   n   e  \\r  \\n\n/etc/passwd\n1700000000 1700000000 1700000000 * main\n',
      );
    });

    it('is one for two mirrors that have the same commit', async () => {
      const dir = createRepository('twice');
      repositories.git(repositories.root, 'clone', '-q', '--bare', 'twice', 'other.git');
      const sha = repositories.git(dir, 'rev-parse', 'HEAD');
      using first = await ensure({ type: 'git', mirrorDir: join(dir, '.git'), sha });
      using second = await ensure({ type: 'git', mirrorDir: join(repositories.root, 'other.git'), sha });
      expect(second).toEqual(first);
    });

    it('is refused where a few objects name more files than any disk holds', async () => {
      const dir = repositories.create('bomb');
      const run = (input: string, ...args: readonly string[]) =>
        execFileSync('git', ['-C', dir, ...args], { input, encoding: 'utf8' }).trim();
      let object = `100644 blob ${run('x', 'hash-object', '-w', '--stdin')}`;
      for (let depth = 0; depth < 8; depth += 1) {
        const names = Array.from({ length: 10 }, (_, index) => `${object}\tn${index}\n`).join('');
        object = `040000 tree ${run(names, 'mktree')}`;
      }
      const sha = repositories.git(dir, 'commit-tree', '-m', 'bomb', object.split(' ')[2] ?? '');
      await expect(ensure({ type: 'git', mirrorDir: join(dir, '.git'), sha })).rejects.toMatchObject({
        code: 'bad_source',
        message: expect.stringContaining('100000 files') as string,
      });
    });
  });

  describe('a bundle', () => {
    const bundle = (dir: string, ...refs: readonly string[]) =>
      execFileSync('git', ['-C', dir, 'bundle', 'create', '-q', '-', ...refs], { maxBuffer: 1 << 26 });

    it('is the commit of its ref, with history', async () => {
      const dir = createRepository('bundled');
      const sha = repositories.git(dir, 'rev-parse', 'HEAD~1');
      repositories.git(dir, 'branch', 'old', 'HEAD~1');
      using layer = await ensure(archive(bundle(dir, 'main', 'old'), 'bundle', 'old'));
      expect(layer.baseSha).toBe(sha);
      expect(await look(layer, 'git log --format=%s; git status --short')).toBe('first\n');
      using head = await ensure(archive(bundle(dir, 'main'), 'bundle'));
      expect(head.baseSha).toBe(repositories.git(dir, 'rev-parse', 'HEAD'));
    });

    it('is refused with what is wrong with it', async () => {
      const dir = createRepository('broken');
      const whole = bundle(dir, 'main');
      const damaged = Buffer.from(whole);
      damaged.fill(0xff, damaged.length - 60, damaged.length - 30);
      const cases: readonly (readonly [Buffer, string, string])[] = [
        [whole, 'nothing', 'has no ref "nothing"'],
        [whole.subarray(0, whole.length - 100), 'HEAD', 'Git refuses'],
        [damaged, 'HEAD', 'Git refuses'],
        [bundle(dir, 'HEAD~1..main'), 'main', 'commits that are not in it'],
        [Buffer.from('# v2 git bundle\nnonsense\n\n'), 'HEAD', 'malformed header'],
        [Buffer.from('# v3 git bundle\n@filter=blob:none\n\n'), 'HEAD', 'not supported'],
        [Buffer.from('# v2 git bundle\n'), 'HEAD', 'too early'],
      ];
      for (const [bytes, ref, words] of cases) {
        await expect(ensure(archive(bytes, 'bundle', ref)), words).rejects.toMatchObject({
          code: 'bad_source',
          message: expect.stringContaining(words) as string,
        });
      }
    });
  });

  describe('an archive', () => {
    it('is one commit of what is in it, without the repository inside', async () => {
      const long = `${'d'.repeat(90)}/${'e'.repeat(90)}/ä.txt`;
      using layer = await ensure(
        tarGz(
          tarEntry('./', { type: '5' }),
          tarEntry('./.git/config', { body: '[core]\n\tfsmonitor = touch /tmp/evil\n' }),
          tarEntry('vendor/.git', { body: 'gitdir: /etc\n' }),
          tarEntry('./src/a.txt', { body: 'a\r\n', mode: 0o6755 }),
          tarEntry('link', { type: '2', link: '../../../etc' }),
          tarEntry('copy', { type: '1', link: 'src/a.txt' }),
          tarEntry('x', { type: 'x', body: '27 path=pax/überschrieben\n' }),
          tarEntry('ignored', { body: 'pax' }),
          tarEntry('././@LongLink', { type: 'L', body: `${long}\0` }),
          tarEntry('cut', { body: 'long' }),
        ),
      );
      expect(
        await look(layer, 'git ls-files -z | tr "\\0" " "; git status --short; git log --format=%s'),
      ).toBe(`copy ${long} link pax/überschrieben src/a.txt Base\n`);
      expect(await look(layer, 'stat -c "%a %h %n" copy src/a.txt; readlink link; cat copy')).toBe(
        '755 1 copy\n755 1 src/a.txt\n../../../etc\na\r\n',
      );
    });

    const big = Buffer.alloc(1 << 20);
    it.each<readonly [string, () => LayerSource, string]>([
      ['an absolute path', () => tarGz(tarEntry('/etc/x')), 'absolute'],
      ['a path out of it', () => tarGz(tarEntry('a/../../x')), 'has a part "." or ".."'],
      ['another spelling of .git', () => tarGz(tarEntry('.GIT/config')), 'belongs to git'],
      [
        'a file through a link',
        () => tarGz(tarEntry('d', { type: '2', link: '/tmp' }), tarEntry('d/x', { body: 'x' })),
        'through a symbolic link',
      ],
      [
        'a link in the place of a directory',
        () => tarGz(tarEntry('d/x', { body: 'x' }), tarEntry('d', { type: '2', link: '/tmp' })),
        'Two entries',
      ],
      [
        'a file in the place of a link',
        () => tarGz(tarEntry('d', { type: '2', link: '/tmp/x' }), tarEntry('d', { body: 'x' })),
        'Two entries',
      ],
      ['a path twice', () => tarGz(tarEntry('a'), tarEntry('a')), 'Two entries'],
      ['a hard link out of it', () => tarGz(tarEntry('a', { type: '1', link: '/etc/shadow' })), 'hard link'],
      [
        'a hard link to a later file',
        () => tarGz(tarEntry('a', { type: '1', link: 'b' }), tarEntry('b')),
        'hard link',
      ],
      ['a device', () => tarGz(tarEntry('sda', { type: '4' })), 'a block device'],
      ['a pipe', () => tarGz(tarEntry('p', { type: '6' })), 'a named pipe'],
      [
        'a sparse file of 10 GB',
        () => tarGz(tarEntry('s', { type: 'S', size: 10 * 2 ** 30 })),
        'a sparse file',
      ],
      [
        'a sparse file by pax',
        () => tarGz(tarEntry('x', { type: 'x', body: '22 GNU.sparse.major=1\n' }), tarEntry('s')),
        'sparse file',
      ],
      [
        'a pax path out of it',
        () => tarGz(tarEntry('x', { type: 'x', body: '19 path=../../../x\n' }), tarEntry('a')),
        'has a part "." or ".."',
      ],
      [
        'a global header that renames',
        () => tarGz(tarEntry('x', { type: 'g', body: '10 path=x\n' }), tarEntry('a')),
        'global header',
      ],
      ['a size that is none', () => tarGz(tarEntry('a', { rawSize: '99999999999x' })), 'number'],
      ['a name that is not UTF-8', () => tarGz(tarEntry('\xff\xfe')), 'not UTF-8'],
      ['no file', () => tarGz(tarEntry('d', { type: '5' })), 'no file'],
      ['what is no tar', () => archive(gzipSync(Buffer.alloc(2_048, 'x'))), 'not a tar archive'],
      [
        'half an archive',
        () => archive(gzipSync(tarOf(tarEntry('a', { body: 'x' })).subarray(0, 600))),
        'too early',
      ],
      ['damaged gzip', () => archive(gzipSync(tarOf(tarEntry('a'))).fill(0xff, 12, 30)), 'not gzip'],
      [
        'a bomb',
        () =>
          archive(
            gzipSync(tarOf(...Array.from({ length: 200 }, (_, n) => tarEntry(`z${n}`, { body: big })))),
          ),
        '100 times',
      ],
      ['zeros behind its end', () => archive(gzipSync(Buffer.alloc(300 << 20))), '100 times'],
      [
        'more entries than allowed',
        // Of the repository's own, which are counted and not unpacked: the disk need not take them all.
        () => tarGz(Buffer.concat(Array.from({ length: 100_001 }, (_, n) => tarEntry(`.git/${n}`)))),
        '100000 entries',
      ],
    ])('is refused for %s', async (_, source, words) => {
      await expect(ensure(source())).rejects.toMatchObject({
        code: 'bad_source',
        message: expect.stringContaining(words) as string,
      });
    });

    it('that is given up on while it is sent leaves nothing', async () => {
      const source = tarGz(tarEntry('slow', { body: 'x' }));
      const abort = new AbortController();
      const stuck: LayerSource = {
        ...(source as Extract<LayerSource, { type: 'archive' }>),
        read: async function* () {
          yield Buffer.from([0x1f]);
          await new Promise((_, reject) => {
            abort.signal.addEventListener('abort', () => reject(new Error('given up')));
          });
        },
      };
      setTimeout(() => abort.abort(new Error('given up')), 1_500);
      await expect(host.host.layers.ensure(stuck, abort.signal)).rejects.toThrow('given up');
    });
  });

  it('little use goes when the cache is over its budget, and none that is held or mounted', async () => {
    await using small = await TestHost.open({ layerBudgetBytes: 1 });
    const ageAll = () => {
      for (const name of readdirSync(small.config.layersDir)) {
        utimesSync(join(small.config.layersDir, name, 'layer.json'), 1, 1);
      }
    };
    const build = (name: string) =>
      small.host.layers.ensure({ type: 'files', files: [file(name, 'x')] }, soon());
    const exists = (layer: HeldLayer) => existsSync(join(small.config.layersDir, layer.key));
    const [held, mounted, unused] = [await build('held'), await build('mounted'), await build('unused')];
    await using sandbox = await small.host.sandboxes.start(SPEC, soon());
    await sandbox.mountWorkspace(mounted, 'read_only', soon());
    for (const layer of [mounted, unused]) layer[Symbol.dispose]();
    expect(await small.host.layers.collectGarbage()).toEqual([]);
    ageAll();
    expect(await small.host.layers.collectGarbage()).toEqual([unused.key]);
    expect([held, mounted, unused].map(exists)).toEqual([true, true, false]);
    held[Symbol.dispose]();
    ageAll();
    using another = await build('another');
    expect([held, mounted, another].map(exists)).toEqual([false, true, true]);
    expect(readdirSync(small.config.layersDir).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
