import type { AgentStart, Constraints, RepositoryGuidance, TranscriptItem } from '@drydock/contracts';
import { PLANNING_ONLY, PLANNING_STAGE } from './stage-messages.ts';

/**
 * What the model is shown first: developer messages, the repository's hints, the environment, then the task. The order
 * and the form of the hints are those that Codex models are trained on (codex-contract.md).
 */
export function buildOpening(start: AgentStart, shell: string): TranscriptItem[] {
  return [start.planOnly === true ? PLANNING_ONLY : PLANNING_STAGE, ...buildTask(start, shell)];
}

/** The part of it that a job says anew that follows another. */
export function buildTask(start: AgentStart, shell: string): TranscriptItem[] {
  const { systemPrompt, instruction, guidance, constraints } = start;
  return [
    ...(systemPrompt === undefined ? [] : [message('developer', systemPrompt)]),
    ...(guidance === undefined ? [] : [message('user', describeGuidance(guidance, start.workdir))]),
    message('user', describeEnvironment(start, shell)),
    ...(constraints === undefined ? [] : [message('user', describeConstraints(constraints))]),
    message('user', instruction),
  ];
}

function message(role: 'developer' | 'user', text: string): TranscriptItem {
  return { type: 'message', role, text };
}

/** Files from the root down: the deeper one comes later, and wins. No text of theirs can end the block. */
function describeGuidance({ files, isCut }: RepositoryGuidance, workdir: string): string {
  const texts = files.map(({ path, text }) => `--- ${path} ---\n${text.replaceAll('</', '<\\/')}`);
  const rest = isCut ? '\n--- the rest is over the limit of 32 KiB and was left out ---' : '';
  return `# AGENTS.md instructions for ${workdir}\n\n<INSTRUCTIONS>\n${texts.join('\n\n')}${rest}\n</INSTRUCTIONS>`;
}

/** What the caller wants of the code: part of the task, unlike the repository's own hints. */
function describeConstraints({ language, framework, style, conventions }: Constraints): string {
  return [
    '<constraints>',
    ...(language === undefined ? [] : [`Language: ${language}`]),
    ...(framework === undefined ? [] : [`Framework: ${framework}`]),
    ...describeRules('Style', style),
    ...describeRules('Conventions', conventions),
    '</constraints>',
  ].join('\n');
}

const describeRules = (title: string, rules: readonly string[]): string[] =>
  rules.length === 0 ? [] : [`${title}:`, ...rules.map((rule) => `- ${rule}`)];

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
