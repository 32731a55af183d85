import { parseArgs } from 'node:util';
import { ALL_CASES } from './cases/all-cases.ts';
import { buildTable, toText } from './report.ts';
import { isSound, runSuite, type CaseResult } from './run-suite.ts';
import { SuiteHost } from './suite-host.ts';

/** `npm run security-report`: every case on every boundary that this machine has; exit 1 where one does not hold. */
const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
await using host = await SuiteHost.open();
const results: CaseResult[] = [];
for (const boundary of host.gvisorRuntime === undefined
  ? (['runc'] as const)
  : (['runc', 'gvisor'] as const)) {
  for await (const result of runSuite(host, { boundary, cases: ALL_CASES })) {
    results.push(result);
    if (isSound(result)) continue;
    const { claim } = result.case;
    process.stderr.write(`✘ ${boundary}: ${claim}: ${JSON.stringify([result.probe, result.control])}\n`);
  }
}
if (host.gvisorRuntime === undefined) {
  process.stderr.write('gVisor: not run, the engine does not have it (npm run setup -- --tests)\n');
}
const table = buildTable(results);
process.stdout.write(options.json ? table.map((row) => `${JSON.stringify(row)}\n`).join('') : toText(table));
process.exitCode = results.every(isSound) ? 0 : 1;
