import type { Approval, ApprovalId } from '@drydock/contracts';
import { JobId, WorkerId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { restoreGrants } from './restore-grants.ts';

const lease = {
  jobId: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
  workerId: WorkerId.parse('wrk_0123456789abcdef'),
  fence: 2,
};

interface Answer {
  readonly id: string;
  readonly status?: Approval['status'];
  readonly remember?: boolean;
  readonly hosts?: readonly string[];
}

async function restore(answers: readonly Answer[], isOpen = true) {
  const granted: unknown[] = [];
  const list = answers.map(({ id, status = 'approved', remember = true, hosts = ['a.test'] }) => ({
    id,
    status,
    remember,
    request: { hosts, methods: ['POST'] },
  }));
  const approvals = {
    listOfJob: async () => list as unknown as Approval[],
    use: async (_: unknown, id: ApprovalId) => !id.includes('refused'),
  };
  const grant = (hosts: readonly string[], methods: readonly string[]): Disposable => {
    granted.push({ hosts, methods });
    return { [Symbol.dispose]: () => undefined };
  };
  await restoreGrants(lease, approvals, { isOpen, grant });
  return granted;
}

describe('an attempt with a new sandbox', () => {
  it.each<[string, readonly Answer[], unknown[]]>([
    ['is granted what holds for the whole job', [{ id: '1' }], [{ hosts: ['a.test'], methods: ['POST'] }]],
    ['is not granted what was allowed once', [{ id: '1', remember: false }], []],
    ['is not granted what was denied', [{ id: '1', status: 'denied' }], []],
    ['is not granted what the store refuses', [{ id: 'refused' }], []],
    ['is not granted a command without hosts', [{ id: '1', hosts: [] }], []],
  ])('%s', async (_name, answers, granted) => {
    expect(await restore(answers)).toEqual(granted);
  });

  it('has no way out to be granted anything where its job has none', async () => {
    expect(await restore([{ id: '1' }], false)).toEqual([]);
  });
});
