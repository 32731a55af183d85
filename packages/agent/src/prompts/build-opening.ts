import type { AgentStart, TranscriptItem } from '@drydock/contracts';
import { PLANNING_STAGE } from './stage-messages.ts';

/** What the model is shown first: developer messages, then the environment, then the task. */
export function buildOpening(start: AgentStart, shell: string): TranscriptItem[] {
  const { systemPrompt, instruction } = start;
  return [
    PLANNING_STAGE,
    ...(systemPrompt === undefined ? [] : [message('developer', systemPrompt)]),
    message('user', describeEnvironment(start, shell)),
    message('user', instruction),
  ];
}

function message(role: 'developer' | 'user', text: string): TranscriptItem {
  return { type: 'message', role, text };
}

function describeEnvironment({ workdir, date, network }: AgentStart, shell: string): string {
  return `<environment_context>
  <cwd>${workdir}</cwd>
  <shell>${shell}</shell>
  <current_date>${date}</current_date>
${describeNetwork(network)}
</environment_context>`;
}

function describeNetwork(network: AgentStart['network']): string {
  if (network === undefined) return '  <network_access>none</network_access>';
  const { hosts, canAsk } = network;
  const allowed = hosts.map((host) => `    <allowed_host>${host}</allowed_host>`);
  const more = canAsk ? 'ask with request_permissions' : 'refused';
  return [
    '  <network_access>',
    ...allowed,
    `    <other_hosts>${more}</other_hosts>`,
    '  </network_access>',
  ].join('\n');
}
