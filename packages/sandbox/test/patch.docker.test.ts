import type { Sandbox } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { output, run, soon, type TestHost } from './test-host.ts';
import { useSandbox } from './use-test-host.ts';

/** Type, mode, link target and content of everything but the repository, empty directories left out. */
const DESCRIBE_TREE = `find . -name .git -prune -o \\( -type f -o -type l \\) -print0 | sort -z | while IFS= read -r -d '' f; do
printf '%q %s %s ' "$f" "$(stat -c %A "$f")" "$(readlink "$f")"; [ -L "$f" ] && echo || sha256sum < "$f"; done`;

describeWith('docker', 'a captured patch', () => {
  let host: TestHost;
  let sandbox: Sandbox;

  useSandbox((ownHost, ownSandbox) => {
    [host, sandbox] = [ownHost, ownSandbox];
  });

  /** Captures, applies to a second sandbox, and describes both trees. */
  async function reproduce() {
    const { diff, leftOut } = await sandbox.capturePatch(soon());
    await using second = await host.start();
    const applied = await second.applyDiff(diff, soon());
    expect(applied.kind, JSON.stringify(applied)).toBe('applied');
    const [tree, original] = [await output(second, DESCRIBE_TREE), await output(sandbox, DESCRIBE_TREE)];
    return { diff: Buffer.from(diff).toString('latin1'), leftOut, tree, original };
  }

  it('is empty when nothing changed, also when everything was touched and written back', async () => {
    await output(
      sandbox,
      'cp README.md /tmp/r && echo x >> README.md && cat /tmp/r > README.md && touch -d 2001-01-01 src/one.txt && mv src s && mv s src',
    );
    expect(await sandbox.capturePatch(soon())).toEqual({ diff: Buffer.alloc(0), leftOut: [] });
  });

  it('carries edits, new files, deletions, modes, links, bytes and odd names', async () => {
    await output(
      sandbox,
      [
        'echo more >> README.md && rm src/one.txt && chmod -x bin/run.sh && printf "a\\r\\nc" > crlf.txt',
        'head -c 100000 /dev/urandom > bin.dat && : > empty && ln -s ../nowhere link',
        `printf q > "$(printf 'new\\nline')" && printf q > "$(printf 'bad\\377n')" && echo é > 'é "q" b.txt'`,
        `mkdir -p 'a b' && echo x > 'a b/c d' && echo y > ':!magic' && echo z > '*glob' && printf 'h\\0i' > u.u16`,
      ].join('\n'),
    );
    const { diff, tree, original } = await reproduce();
    expect(tree).toBe(original);
    expect(diff).toContain('new file mode 120000');
    expect(diff).toContain('old mode 100755\nnew mode 100644');
    expect(diff).toContain('GIT binary patch');
  });

  it('carries renamed directories, swapped ones, and files below them that changed', async () => {
    await output(
      sandbox,
      'mv src source && echo two2 >> source/deep/two.txt && mv bin t && mv source bin && mv t src',
    );
    const { tree, original } = await reproduce();
    expect(tree).toBe(original);
  });

  it('carries a file that became a directory, a directory that became a link, and one made anew', async () => {
    await output(
      sandbox,
      'rm README.md && mkdir README.md && echo x > README.md/x && rm -rf src && ln -s bin src && rm -rf bin && mkdir bin && echo n > bin/new',
    );
    const { tree, original } = await reproduce();
    expect(tree).toBe(original);
  });

  it('sees an edit of equal size whose time was set back', async () => {
    await output(
      sandbox,
      'stat -c %y src/one.txt > /tmp/t && printf 1ne > src/one.txt && printf "\\n" >> src/one.txt && touch -d "$(cat /tmp/t)" src/one.txt',
    );
    const { diff, tree, original } = await reproduce();
    expect(diff).toContain('+1ne');
    expect(tree).toBe(original);
  });

  it('carries the files of a repository inside, and says that its history is left out', async () => {
    await output(
      sandbox,
      'mkdir sub && cd sub && git init -q && echo f > f && git add -A && git -c user.name=a -c user.email=a@b commit -qm x',
    );
    const { diff, leftOut, tree, original } = await reproduce();
    expect(tree).toBe(original);
    expect(diff).toContain('diff --git a/sub/f b/sub/f');
    expect(diff).not.toContain('160000');
    expect(leftOut).toEqual(['sub/.git/']);
  });

  it('does not believe what the workspace repository says', async () => {
    await output(
      sandbox,
      'echo changed > README.md && git update-index --assume-unchanged README.md && echo README.md > .git/info/exclude && git config core.worktree /etc && rm -rf .git/objects',
    );
    expect((await reproduce()).diff).toContain('+changed');
    await output(sandbox, 'rm -rf .git && echo again >> README.md');
    expect((await reproduce()).diff).toContain('+again');
  });

  it('runs no filter, driver, hook or monitor of the repository, and keeps bytes as they are', async () => {
    await output(
      sandbox,
      [
        `printf '* text=auto eol=crlf filter=evil diff=evil merge=evil ident\\n*.u16 working-tree-encoding=UTF-16\\n' > .gitattributes`,
        'for kind in filter.evil.clean filter.evil.smudge filter.evil.process diff.evil.command diff.evil.textconv core.fsmonitor core.pager; do git config --global $kind "touch /tmp/PWNED; cat"; git config $kind "touch /tmp/PWNED; cat"; done',
        'mkdir -p .git/hooks && for h in post-index-change pre-commit applypatch-msg; do printf "#!/bin/sh\\ntouch /tmp/PWNED\\n" > .git/hooks/$h; chmod +x .git/hooks/$h; done',
        `printf '$Id$\\r\\nmixed\\n' > id.txt && printf 'h\\0i' > x.u16`,
      ].join('\n'),
    );
    const { tree, original } = await reproduce();
    expect(tree).toBe(original);
    expect(await output(sandbox, 'ls /tmp')).not.toContain('PWNED');
  });

  it('leaves out and names ignored files, empty directories, special files and huge ones', async () => {
    await output(
      sandbox,
      'echo i > new.log && echo t >> kept.log && mkdir -p out/deep void && echo o > out/deep/o && mkfifo pipe .gitattributes && truncate -s 65M hole',
    );
    const { diff, leftOut } = await sandbox.capturePatch(soon());
    expect([...leftOut].toSorted()).toEqual([
      '.gitattributes',
      'hole',
      'new.log',
      'out/deep/o',
      'pipe',
      'void/',
    ]);
    expect(Buffer.from(diff).toString()).toContain('+t\n');
  });

  it('reads what its user made unreadable, and leaves it so', async () => {
    await output(
      sandbox,
      'echo s > secret && chmod 000 secret && mkdir closed && echo c > closed/c && chmod 000 closed',
    );
    const { diff } = await sandbox.capturePatch(soon());
    expect(Buffer.from(diff).toString()).toContain('+++ b/closed/c');
    expect(Buffer.from(diff).toString()).toContain('+++ b/secret');
    expect(await output(sandbox, 'stat -c %a secret closed')).toBe('0\n0\n');
  });

  it('can be made of a full workspace, a full /tmp and a read-only workspace', async () => {
    await run(sandbox, 'echo x > small; cat /dev/zero > /tmp/fill; cat /dev/zero > hole.log');
    await sandbox.setWorkspaceAccess('read_only', soon());
    const { diff, leftOut } = await sandbox.capturePatch(soon());
    expect(Buffer.from(diff).toString()).toContain('+++ b/small');
    expect(leftOut).toEqual(['hole.log']);
  });

  it('is made after everything that could still write was killed', async () => {
    await output(sandbox, 'setsid sh -c "while :; do date +%N > busy; done" > /dev/null 2>&1 & echo started');
    const first = await sandbox.capturePatch(soon());
    const second = await sandbox.capturePatch(soon());
    expect(Buffer.from(second.diff)).toEqual(Buffer.from(first.diff));
  });

  it('is made after a process was killed whose first thread has ended, so that it looks like a zombie', async () => {
    const script = [
      'import ctypes, os, shutil, threading, time',
      'if os.fork(): os._exit(0)',
      'os.setsid()',
      'def write():',
      '    while True:',
      // Replaced at once: a file that is cut while it is written would be empty in the patch, now and then.
      "        open('/tmp/busy', 'w').write(str(time.monotonic_ns()))",
      "        shutil.copy('/tmp/busy', 'busy.new')",
      "        os.replace('busy.new', 'busy')",
      'threading.Thread(target=write).start()',
      'ctypes.CDLL(None).syscall(60, 0)',
    ].join('\n');
    await output(
      sandbox,
      `cat > escape.py <<'PY'\n${script}\nPY\nenv -i /usr/bin/python3 escape.py > /dev/null 2>&1; sleep 0.3; cat busy`,
    );
    const first = await sandbox.capturePatch(soon());
    expect(Buffer.from(first.diff).toString()).toContain('diff --git a/busy b/busy');
    const second = await sandbox.capturePatch(soon());
    expect(Buffer.from(second.diff)).toEqual(Buffer.from(first.diff));
    expect(await output(sandbox, 'cat busy; sleep 0.2; echo; cat busy')).toMatch(/^(\d+)\n\1$/);
  });

  it('is refused when it is larger than a patch may be', async () => {
    await using large = await host.start('read_write', {
      diskBytes: 128 * 1_024 * 1_024,
      memoryBytes: 512 * 1_024 * 1_024,
    });
    await output(large, 'head -c 40M /dev/urandom > big');
    await expect(large.capturePatch(soon())).rejects.toMatchObject({ code: 'patch_rejected' });
    await output(large, 'rm big');
    expect((await large.capturePatch(soon())).diff.byteLength).toBe(0);
  });

  it('that does not apply is a mismatch in words, and changes nothing', async () => {
    await output(sandbox, 'echo more >> README.md && echo n > n');
    const { diff } = await sandbox.capturePatch(soon());
    await using second = await host.start();
    await output(second, 'echo other > README.md');
    const applied = await second.applyDiff(diff, soon());
    expect(applied).toMatchObject({
      kind: 'mismatch',
      message: expect.stringContaining('README.md') as string,
    });
    expect(await output(second, 'ls')).not.toMatch(/^n$/m);
  });

  it.each([
    ['out of the tree', '../escape'],
    ['into the repository', '.git/hooks/post-checkout'],
    ['to an absolute path', '/tmp/escape'],
  ])('that leads %s is not applied', async (_, path) => {
    const diff = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;
    const applied = await sandbox.applyDiff(Buffer.from(diff), soon());
    expect(applied.kind).toBe('mismatch');
    expect((await run(sandbox, 'ls /job/escape /tmp/escape .git/hooks/post-checkout')).exitCode).not.toBe(0);
  });

  it('names the changed files when it is applied', async () => {
    await output(sandbox, `echo x >> README.md && rm src/one.txt && echo é > 'a é b'`);
    const { diff } = await sandbox.capturePatch(soon());
    await using second = await host.start();
    expect(await second.applyDiff(diff, soon())).toEqual({
      kind: 'applied',
      changes: [
        { path: 'README.md', kind: 'modified' },
        { path: 'a é b', kind: 'added' },
        { path: 'src/one.txt', kind: 'deleted' },
      ],
    });
  });
});
