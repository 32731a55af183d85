import type { Sandbox } from '@drydock/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { SandboxHostConfig } from '../src/index.ts';
import { TestHost } from './test-host.ts';

/** Gives the tests of a suite an installation; a test that leaves something on the machine fails. */
export function useTestHost(
  give: (host: TestHost) => void,
  overrides: Partial<SandboxHostConfig> = {},
): void {
  let host: TestHost;

  beforeAll(async () => {
    host = await TestHost.open(overrides);
    give(host);
  });

  afterEach(() => {
    expect(host.findLeftovers()).toEqual([]);
  });

  afterAll(async () => {
    expect(await host.close()).toEqual([]);
  });
}

/** The same, with a sandbox of its own for each test. */
export function useSandbox(give: (host: TestHost, sandbox: Sandbox) => void): void {
  let host: TestHost;
  let sandbox: Sandbox | undefined;
  useTestHost((opened) => (host = opened));

  beforeEach(async () => {
    sandbox = await host.start();
    give(host, sandbox);
  });

  // Hooks after a test run last to first: it is disposed of before anybody looks for leftovers.
  afterEach(async () => {
    await sandbox?.[Symbol.asyncDispose]();
    sandbox = undefined;
  });
}
