import { ErrorCode, JOB_STATES } from '@drydock/contracts';
import { ERROR_CATALOGUE, TRANSITIONS } from '@drydock/core';
import { expect, test } from 'vitest';
import { buildErrorsPage } from './errors-page.ts';
import { buildMetricsPage, readExporters } from './metrics-page.ts';
import { buildStatesPage } from './states-page.ts';

const states = buildStatesPage().split('\n');
const errors = buildErrorsPage().split('\n');

test('docs/states.md has every state once, with what it may become', () => {
  for (const state of JOB_STATES) {
    expect(states.filter((line) => line.startsWith(`| \`${state}\` |`))).toHaveLength(1);
  }
  expect(states).toContain('| `queued` | `starting` `cancelled` `timed_out` |');
  expect(states).toContain('| `failed` | none: terminal |');
});

test('the diagram has exactly the transitions of the table', () => {
  const drawn = states.filter((line) => /^ {2}\w+ --> \w+$/.test(line)).map((line) => line.trim());
  const listed = JOB_STATES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} --> ${to}`));
  expect(drawn).toEqual(listed);
});

test('docs/errors.md has every code once, below its blame', () => {
  let blame = '';
  const rows = new Map<string, string>();
  for (const line of errors) {
    blame = /^## Blame: (\w+)$/.exec(line)?.[1] ?? blame;
    const code = /^\| `(\w+)` \|/.exec(line)?.[1];
    if (code !== undefined) rows.set(code, blame);
  }
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(ErrorCode.options.map((code) => [code, ERROR_CATALOGUE[code].blame])),
  );
  expect(errors.filter((line) => line.startsWith('| `'))).toHaveLength(ErrorCode.options.length);
});

test('a row says what happened and what to do', () => {
  const { httpStatus, summary, next } = ERROR_CATALOGUE.store_unavailable;
  expect(errors).toContain(`| \`store_unavailable\` | ${httpStatus} | yes | ${summary} | ${next} |`);
});

test('no cell breaks its table', () => {
  const rows = errors.filter((line) => line.startsWith('| `'));
  expect(rows.filter((row) => row.split('|').length !== 7)).toEqual([]);
});

test('docs/metrics.md has every metric of every service, with type, labels and help', () => {
  const rows = buildMetricsPage().split('\n');
  for (const { name, type, help } of readExporters().flatMap(({ metrics }) => metrics)) {
    const row = rows.find((line) => line.startsWith(`| \`${name}\` | ${type} | `));
    expect(row).toContain(` | ${help} |`);
  }
  expect(rows.filter((line) => line.startsWith('| `') && line.split('|').length !== 6)).toEqual([]);
});

test('names follow the conventions: prefix, unit, _total on counters and nowhere else', () => {
  const metrics = readExporters().flatMap((exporter) => exporter.metrics);
  const wrong = metrics.filter(
    ({ name, type }) =>
      !/^(?:drydock|http)_[a-z_]+$/.test(name) ||
      (type === 'counter') !== name.endsWith('_total') ||
      (type === 'histogram' && !/_(?:seconds|bytes)$/.test(name)),
  );
  expect(wrong).toEqual([]);
});

test('a metric that two services export means the same in both', () => {
  const seen = new Map<string, string>();
  for (const { name, type, help } of readExporters().flatMap(({ metrics }) => metrics)) {
    expect(seen.get(name) ?? `${type} ${help}`).toBe(`${type} ${help}`);
    seen.set(name, `${type} ${help}`);
  }
});
