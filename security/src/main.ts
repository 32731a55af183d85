import { parseArgs } from 'node:util';
import { ALL_CASES } from './cases/all-cases.ts';
import { buildTable, toText } from './report.ts';
import { isSound, runSuite, type CaseResult } from './run-suite.ts';
import { BOUNDARIES } from './security-case.ts';
import { SuiteHost } from './suite-host.ts';

/** `npm run security-report`: every case on every boundary that this machine has; exit 1 where one does not hold. */
const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const CURES = {
  gvisor_2022: 'npm run setup -- --tests',
  gvisor: 'DRYDOCK_TEST_RUNSC=/path/of/a/current/runsc',
};
await using host = await SuiteHost.open();
const results: CaseResult[] = [];
for (const boundary of BOUNDARIES) {
  if (boundary !== 'runc' && host.runtimes[boundary] === undefined) {
    process.stderr.write(`${boundary}: not run, the engine does not have it (${CURES[boundary]})\n`);
    continue;
  }
  for await (const result of runSuite(host, { boundary, cases: ALL_CASES })) {
    results.push(result);
    if (isSound(result)) continue;
    const { claim } = result.case;
    process.stderr.write(`✘ ${boundary}: ${claim}: ${JSON.stringify([result.probe, result.control])}\n`);
  }
}
const table = buildTable(results);
process.stdout.write(options.json ? table.map((row) => `${JSON.stringify(row)}\n`).join('') : toText(table));
process.exitCode = results.every(isSound) ? 0 : 1;
