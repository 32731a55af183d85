/** `npm run policy-report`: recall and false alarms of the policy on its corpus; `-- --json` for programs. */
import { parseArgs } from 'node:util';
import { measurePolicy } from '@drydock/policy';

const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const report = await measurePolicy();
if (options.json) console.log(JSON.stringify(report));
else {
  console.table(report.rows.map((row) => ({ ...row, wrong: row.wrong.length })));
  for (const { corpus, class: name, wrong } of report.rows)
    for (const text of wrong) console.log(`wrong: ${corpus}/${name}: ${text}`);
}
