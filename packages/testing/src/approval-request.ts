import type { ApprovalRequest } from '@drydock/contracts';

/** What a person is asked about a command that reaches the network. */
export function buildApprovalRequest(changes: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    call_id: 'call_1',
    tool: 'exec_command',
    cmd: 'curl https://example.test',
    call_sha256: 'a'.repeat(64),
    hosts: ['example.test'],
    methods: [],
    rule: 'curl',
    reason: 'It reaches the network.',
    justification: null,
    ...changes,
  };
}
