import { expect, test } from 'vitest';
import { buildManifest } from './runtime-manifest.ts';

const TOOLS = {
  loader: 'ld-linux-x86-64.so.2',
  files: [{ target: 'bin/git', source: '/usr/bin/git', bytes: 100, modifiedAt: 5 }],
};
const FILES = new Map([['agent/agent.mjs', Buffer.from('agent')]]);

test('says where the loaders and the tools are', () => {
  expect(buildManifest(TOOLS, FILES)).toEqual({
    key: expect.stringMatching(/^[0-9a-f]{24}$/),
    toolsKey: expect.stringMatching(/^[0-9a-f]{24}$/),
    nodeVersion: process.versions.node,
    loader: 'lib/ld-linux-x86-64.so.2',
    readableLoader: 'lib/readable-ld-linux-x86-64.so.2',
    tools: {
      node: 'bin/node',
      git: 'bin/git',
      rg: 'bin/rg',
      tar: 'bin/tar',
      script: 'bin/script',
      stty: 'bin/stty',
    },
  });
});

test('another agent is another runtime with the same tools', () => {
  const before = buildManifest(TOOLS, FILES);
  const after = buildManifest(TOOLS, new Map([['agent/agent.mjs', Buffer.from('changed')]]));
  expect(after.toolsKey).toBe(before.toolsKey);
  expect(after.key).not.toBe(before.key);
});

test('an updated host tool is another runtime', () => {
  const updated = { ...TOOLS, files: TOOLS.files.map((file) => ({ ...file, modifiedAt: 6 })) };
  expect(buildManifest(updated, FILES).key).not.toBe(buildManifest(TOOLS, FILES).key);
});
