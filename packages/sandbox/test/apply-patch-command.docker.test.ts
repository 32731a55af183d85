import type { Sandbox } from '@drydock/core';
import { describeWith, readSetupFacts } from '@drydock/testing';
import { expect, it } from 'vitest';
import { output, run, soon, type TestHost } from './test-host.ts';
import { useSandbox, useTestHost } from './use-test-host.ts';

const patch = (...lines: string[]): string => ['*** Begin Patch', ...lines, '*** End Patch'].join('\n');
const EDIT = patch(
  '*** Update File: src/one.txt',
  '@@',
  '-one',
  '+ONE',
  '*** Add File: new/deep.txt',
  '+$HOME `id`',
  '*** Delete File: README.md',
);
const MISFIT = patch('*** Delete File: README.md', '*** Update File: src/one.txt', '@@', '-nowhere', '+x');

describeWith('docker', 'the command apply_patch', () => {
  let sandbox: Sandbox;
  useSandbox((_, own) => (sandbox = own));

  it.each([
    ['its argument', `apply_patch '${EDIT}'`],
    ['its input', `cat > /tmp/p <<'EOF'\n${EDIT}\nEOF\napply_patch < /tmp/p`],
    ['a heredoc among other commands', `true && applypatch <<'EOF'\n${EDIT}\nEOF`],
  ])('applies a patch that is %s, in the words of the tool', async (_, cmd) => {
    expect(await run(sandbox, cmd)).toMatchObject({
      exitCode: 0,
      head: 'Success. Updated the following files:\nM src/one.txt\nA new/deep.txt\nD README.md\n',
    });
    expect(await output(sandbox, 'cat src/one.txt new/deep.txt; ls')).toMatch(
      /^ONE\n\$HOME `id`\n(?![^]*README)/,
    );
  });

  it('changes all or nothing, and says what to do', async () => {
    expect(await run(sandbox, `apply_patch '${MISFIT}'`)).toMatchObject({
      exitCode: 1,
      head: expect.stringMatching(
        /^Failed to find expected lines in src\/one\.txt:\nnowhere\n[^]*Nothing was changed/,
      ) as string,
    });
    expect(await run(sandbox, 'apply_patch < /dev/null')).toMatchObject({ exitCode: 2 });
    expect((await sandbox.capturePatch(soon())).diff.byteLength).toBe(0);
  });

  it('works where it is run, and is not disturbed by the environment of a command', async () => {
    const add = patch('*** Add File: here.txt', '+here');
    await output(
      sandbox,
      `cd src && NODE_OPTIONS='--require /none' LD_LIBRARY_PATH=/none apply_patch '${add}'`,
    );
    expect(await output(sandbox, 'cat src/here.txt')).toBe('here\n');
  });

  it('gives way to a program of the image that has its name', async () => {
    expect(
      await output(
        sandbox,
        'mkdir /tmp/b; printf "#!/bin/sh\\necho mine\\n" > /tmp/b/apply_patch; chmod +x /tmp/b/apply_patch; PATH=/tmp/b:$PATH apply_patch',
      ),
    ).toBe('mine\n');
  });

  it('is refused by the kernel where the workspace is read-only', async () => {
    await sandbox.setWorkspaceAccess('read_only', soon());
    expect(await run(sandbox, `apply_patch '${EDIT}'`)).toMatchObject({
      exitCode: 1,
      head: expect.stringContaining('read-only while you plan') as string,
    });
  });

  it('is applied by the tool host below a directory, never outside of the workspace', async () => {
    const add = patch('*** Add File: in.txt', '+in');
    const apply = (text: string, workdir: string) => sandbox.applyPatch({ patch: text, workdir }, soon());
    expect(await apply(add, '/job/work/src')).toEqual({
      kind: 'applied',
      changes: [{ path: 'src/in.txt', kind: 'added' }],
    });
    expect(await apply(add, '/tmp')).toMatchObject({ kind: 'mismatch' });
    expect(await apply(patch('*** Add File: /job/work/x', '+x'), 'src')).toMatchObject({ kind: 'mismatch' });
    expect(await apply(patch('*** Add File: ../../x', '+x'), 'src')).toMatchObject({ kind: 'mismatch' });
  });
});

describeWith('gvisor', 'the command apply_patch on gVisor', () => {
  let host: TestHost;
  useTestHost((opened) => (host = opened));

  it('works too', async () => {
    await using sandbox = await host.start('read_write', { runtime: readSetupFacts().gvisorRuntime ?? '' });
    expect(await run(sandbox, `apply_patch '${EDIT}'`, 30_000)).toMatchObject({ exitCode: 0 });
  });
});
