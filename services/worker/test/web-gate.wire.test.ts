import type { Approval, ApprovalRequest, JobSpec, Observation } from '@drydock/contracts';
import { ApprovalId, JobId } from '@drydock/contracts';
import { CommandPolicy } from '@drydock/policy';
import { systemClock } from '@drydock/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandGate } from '../src/gate/command-gate.ts';
import { createWebTools } from '../src/tools/web-tools.ts';

const soon = (): AbortSignal => AbortSignal.timeout(15_000);

describe('a page that the model wants to open', () => {
  let policy: CommandPolicy;
  beforeAll(async () => {
    policy = await CommandPolicy.start({ clock: systemClock }, soon());
  });
  afterAll(() => policy[Symbol.asyncDispose]());

  /** Opens a page in a job with this approval; a person who is asked says no. */
  async function open(approval: JobSpec['tool_use_approval'], url: string) {
    const asked: ApprovalRequest[] = [];
    const fetched: unknown[] = [];
    const hosts = typeof approval === 'object' ? approval.grants.map(({ host }) => host) : [];
    const gate = new CommandGate({
      spec: { tier: 'standard', tool_use_approval: approval },
      policy,
      mode: 'enforce',
      screen: async () => undefined,
      desk: {
        hasExpired: async () => false,
        ask: async (request) => {
          asked.push(request);
          return { kind: 'denied', approval: toDenied(request) };
        },
      },
      egress: {
        hosts,
        isOpen: approval !== false,
        environment: {},
        grant: () => ({ [Symbol.dispose]: () => undefined }),
      },
      events: { emit: () => undefined },
      onDecision: () => undefined,
    });
    const run = async ({ request }: { request: unknown }) => {
      fetched.push(request);
      return { type: 'redirect', to: 'https://b.test/', status: 302 };
    };
    const answer = (_callId: string, text: string): Observation => ({ kind: 'answer', text });
    const tools = createWebTools(gate, { run: run as never, answer });
    const observation = await tools.web_open({ url }, { callId: 'c', signal: soon() });
    return { observation, asked, fetched };
  }

  it('is refused with the approval that it lacks where the job was granted nothing', async () => {
    const { observation, fetched } = await open(false, 'https://docs.example.com/guide');
    expect(observation).toMatchObject({
      kind: 'refused',
      reason: 'approval_required',
      message: expect.stringContaining('tool_use_approval') as string,
    });
    expect(fetched).toEqual([]);
  });

  it('is shown to a person as the host that it is of, and not fetched where they deny', async () => {
    const { observation, asked, fetched } = await open('ask', "https://docs.example.com/it's?a=$(id)");
    expect(asked).toEqual([
      expect.objectContaining({
        tool: 'web_open',
        hosts: ['docs.example.com'],
        cmd: "curl -sS 'https://docs.example.com/it%27s?a=$(id)'",
      }),
    ]);
    expect(observation).toMatchObject({ kind: 'refused', reason: 'approval_denied' });
    expect(fetched).toEqual([]);
  });

  it('is fetched where its host was granted', async () => {
    const grants = { grants: [{ host: 'docs.example.com' }], privileged: false };
    const { observation, fetched } = await open(grants, 'https://docs.example.com/guide');
    expect(observation).toMatchObject({ kind: 'answer' });
    expect(fetched).toEqual([{ url: 'https://docs.example.com/guide', timeoutMs: 30_000 }]);
  });
});

function toDenied(request: ApprovalRequest): Approval {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    id: ApprovalId.parse('apr_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
    object: 'approval',
    job_id: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
    fence: 1,
    request,
    status: 'denied',
    remember: false,
    uses: 0,
    reason: null,
    created_at: at,
    expires_at: at,
    decided_at: at,
  };
}
