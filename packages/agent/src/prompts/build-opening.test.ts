import type { AgentStart } from '@drydock/contracts';
import { describe, expect, test } from 'vitest';
import { buildOpening } from './build-opening.ts';
import { PLANNING_STAGE } from './stage-messages.ts';

const start: AgentStart = {
  kind: 'fix',
  instruction: 'mend it',
  tools: ['code_interpreter'],
  maxTurns: 5,
  workdir: '/job/work',
  date: '2026-01-01',
};

const environment = (network: string) => `<environment_context>
  <cwd>/job/work</cwd>
  <shell>bash</shell>
  <current_date>2026-01-01</current_date>
${network}
</environment_context>`;

describe('buildOpening', () => {
  test.each<[string, AgentStart['network'], string]>([
    ['no network', undefined, '  <network_access>none</network_access>'],
    [
      'the hosts that are granted',
      { hosts: ['a.test', '*.b.test'], canAsk: false },
      `  <network_access>
    <allowed_host>a.test</allowed_host>
    <allowed_host>*.b.test</allowed_host>
    <other_hosts>refused</other_hosts>
  </network_access>`,
    ],
    [
      'whom to ask',
      { hosts: [], canAsk: true },
      `  <network_access>
    <other_hosts>ask with request_permissions</other_hosts>
  </network_access>`,
    ],
  ])('tells of %s', (_claim, network, block) => {
    const opening = buildOpening({ ...start, ...(network === undefined ? {} : { network }) }, 'bash');
    expect(opening).toEqual([
      PLANNING_STAGE,
      { type: 'message', role: 'user', text: environment(block) },
      { type: 'message', role: 'user', text: 'mend it' },
    ]);
  });
});
