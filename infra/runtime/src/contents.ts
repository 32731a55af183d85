export interface RuntimeContents {
  /** TypeScript entries, each bundled into one file without imports. */
  readonly bundles: readonly { readonly entry: string; readonly output: string }[];
  /** Files that go in as they are. */
  readonly files: readonly { readonly from: string; readonly to: string }[];
}

/** What every sandbox is given beside the tools; sources from the repository's root, targets below `/opt/drydock`. */
export const RUNTIME_CONTENTS: RuntimeContents = {
  bundles: [
    { entry: 'packages/agent/src/agent-main.ts', output: 'agent/agent.mjs' },
    { entry: 'packages/agent/src/tool-host-main.ts', output: 'agent/tool-host.mjs' },
    { entry: 'packages/agent/src/apply-patch-main.ts', output: 'agent/apply-patch.mjs' },
    { entry: 'packages/agent/src/capture-patch-main.ts', output: 'agent/capture-patch.mjs' },
    { entry: 'packages/agent/src/build-layer-main.ts', output: 'agent/build-layer.mjs' },
    { entry: 'packages/agent/src/kill-user-main.ts', output: 'agent/kill-user.mjs' },
    { entry: 'packages/agent/src/unpack-layer-main.ts', output: 'agent/unpack-layer.mjs' },
    { entry: 'packages/agent/src/clear-files-main.ts', output: 'agent/clear-files.mjs' },
    { entry: 'packages/agent/src/browse-repo-main.ts', output: 'agent/browse-repo.mjs' },
    { entry: 'packages/agent/src/probe-server-main.ts', output: 'agent/probe-server.mjs' },
    { entry: 'packages/agent/src/fetch-page-main.ts', output: 'agent/fetch-page.mjs' },
  ],
  files: [
    // A model may know it by either name.
    { from: 'packages/agent/commands/apply_patch', to: 'commands/apply_patch' },
    { from: 'packages/agent/commands/apply_patch', to: 'commands/applypatch' },
    { from: 'packages/verification/reporters/node-test.mjs', to: 'reporters/node-test.mjs' },
    { from: 'packages/verification/reporters/drydock_pytest.py', to: 'reporters/drydock_pytest.py' },
  ],
};
