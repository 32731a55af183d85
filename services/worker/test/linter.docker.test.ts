import { describeWith } from '@drydock/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ToolJob } from './tool-world.ts';
import { ToolWorld, filesOf } from './tool-world.ts';

const FILES = {
  'setup.cfg': '[flake8]\n',
  'old.py': 'import os\n',
  'lib/part.py': 'import sys\nx = 1\n',
};

describeWith('docker', 'the linter of a job', () => {
  let world: ToolWorld;
  let job: ToolJob | undefined;
  const open = async (...start: Parameters<ToolWorld['start']>): Promise<ToolJob> =>
    (job = await world.start(...start));

  beforeAll(async () => {
    world = await ToolWorld.open();
  });
  afterEach(async () => {
    await job?.[Symbol.asyncDispose]();
    job = undefined;
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('tells what is found, everywhere or in some paths', async () => {
    const { ask } = await open(['linter'], filesOf(FILES));
    expect(await ask('run_linter', {})).toBe(
      [
        '2 of 2 findings.',
        "lib/part.py:1:1: [F401] 'sys' imported but unused",
        "old.py:1:1: [F401] 'os' imported but unused",
        '$ python3 -m flake8: exit code 1',
      ].join('\n'),
    );
    expect(await ask('run_linter', { paths: ['/job/work/lib/'] })).toMatch(
      /^1 of 2 findings in \/job\/work\/lib\/\.\nlib\/part\.py:1:1: /,
    );
  });

  it('tells what is in lines that are new against the base, untracked files with them', async () => {
    const { ask, run, sandbox } = await open(['linter'], filesOf(FILES));
    await sandbox.setWorkspaceAccess('read_write', AbortSignal.timeout(10_000));
    await run(`printf 'import re\\n' >> lib/part.py; printf 'import io\\n' > fresh.py`);
    const text = await ask('run_linter', { changed_only: true });
    expect(text).toMatch(/^\d of \d findings in lines that are not those of the base\.\n/);
    expect(text).toMatch(/^fresh\.py:1:1: \[F401\]/m);
    expect(text).toMatch(/^lib\/part\.py:3:1: /m);
    expect(text).not.toMatch(/^old\.py|^lib\/part\.py:1:/m);
  });

  it('says that there is none', async () => {
    const { call } = await open(['linter'], filesOf({ 'README.md': 'x' }));
    expect(await call('run_linter', {})).toMatchObject({ kind: 'refused', reason: 'no_lint' });
  });
});
