/** `npm run policy-report`: recall and false alarms of the policy on its corpus; `-- --json` for programs. */
import { parseArgs } from 'node:util';
import { measureHeldOut, measurePolicy } from '@drydock/policy';

const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const report = await measurePolicy();
const heldOut = await measureHeldOut();
if (options.json) console.log(JSON.stringify({ ...report, heldOut }));
else {
  console.table(report.rows.map((row) => ({ ...row, wrong: row.wrong.length })));
  for (const { corpus, class: name, wrong } of report.rows)
    for (const text of wrong) console.log(`wrong: ${corpus}/${name}: ${text}`);
  console.table(heldOut.now.map((row) => ({ ...row, wrong: row.wrong.length })));
  for (const { label, class: name, wrong } of heldOut.now)
    for (const text of wrong) console.log(`wrong: held out ${label}/${name}: ${text}`);
}
