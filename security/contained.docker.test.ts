import { describeWith } from '@drydock/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ALL_CASES } from './src/cases/all-cases.ts';
import { buildTable } from './src/report.ts';
import { runSuite, type CaseResult } from './src/run-suite.ts';
import { BOUNDARIES, type Boundary } from './src/security-case.ts';
import { soon, SuiteHost } from './src/suite-host.ts';

const SUITE_TIMEOUT_MS = 600_000;

function describeBoundary(boundary: Boundary): void {
  const cases = ALL_CASES.filter(({ boundaries = BOUNDARIES }) => boundaries.includes(boundary));
  const results = new Map<string, CaseResult>();

  beforeAll(async () => {
    await using host = await SuiteHost.open();
    for await (const result of runSuite(host, { boundary, cases })) results.set(result.case.claim, result);
  }, SUITE_TIMEOUT_MS);

  afterAll(() => {
    process.stderr.write(`${JSON.stringify(buildTable([...results.values()]))}\n`);
  });

  it.each(cases)('$class: $claim', ({ claim }) => {
    const { probe, control } = results.get(claim) ?? {};
    const verdicts = { probe: probe?.verdict, control: control?.verdict };
    const expected = { probe: 'contained', control: boundary === 'runc' ? 'escaped' : undefined };
    expect(verdicts, JSON.stringify({ probe: probe?.output, control: control?.output })).toEqual(expected);
  });
}

describeWith(
  'docker',
  'a guest on the host’s kernel is contained, and would not be in a weaker container',
  () => {
    describeBoundary('runc');
  },
);

describeWith('debian gvisor', 'a guest on the gVisor of 2022 is contained', () => {
  describeBoundary('gvisor_2022');
});

describeWith('current gvisor', 'a guest on a current gVisor is contained', () => {
  describeBoundary('gvisor');
});

describeWith('docker', 'a neighbour', () => {
  it('works on while a fork bomb goes off beside it', async () => {
    await using host = await SuiteHost.open();
    await using bomber = await host.start(undefined);
    await using neighbour = await host.start(undefined);
    const run = { workdir: '/job/work', timeoutMs: 10_000, maxOutputBytes: 1_000 };
    const bomb = bomber.exec({ ...run, cmd: 'b() { b | b & }; b; sleep 8' }, soon());
    for (let round = 0; round < 5; round += 1) {
      const { exitCode, head } = await neighbour.exec(
        { ...run, timeoutMs: 5_000, cmd: 'echo alive' },
        soon(),
      );
      expect({ exitCode, head }).toEqual({ exitCode: 0, head: 'alive\n' });
    }
    await bomb;
  });
});
