import { describe, expect, it } from 'vitest';
import { RunsSinceEdit } from './runs-since-edit.ts';

const start = (record: RunsSinceEdit, id: string, cmd: string, workdir = '/job/work'): void =>
  record.start({ call_id: id, cmd, workdir });

function end(record: RunsSinceEdit, id: string, code: number | null): void {
  const rest = { signal: null, duration_ms: 1, timed_out: code === null, output_bytes: 0 };
  record.end({ call_id: id, exit_code: code, ...rest }, `exit ${code}`);
}

describe('RunsSinceEdit', () => {
  it('has the newest run of each command, and forgets all of them with an edit', () => {
    const record = new RunsSinceEdit();
    start(record, '1', 'npm test');
    end(record, '1', 1);
    start(record, '2', 'cd /job/work && npm  test 2>&1');
    end(record, '2', 0);
    start(record, '3', 'npm test', '/tmp/copy');
    end(record, '3', null);
    expect([...record.runs]).toEqual([
      ['npm test', { passed: true, result: 'exit 0' }],
      ['cd /tmp/copy && npm test', { passed: false, result: 'exit null' }],
    ]);
    record.edit();
    expect([record.runs.size, record.hasUncheckedEdits]).toEqual([0, true]);
  });

  it('does not count a command that began before the edit', () => {
    const record = new RunsSinceEdit();
    start(record, '1', 'npm test');
    record.edit();
    end(record, '1', 0);
    expect(record.hasUncheckedEdits).toBe(true);
    start(record, '2', 'npm test');
    end(record, '2', 1);
    expect(record.hasUncheckedEdits).toBe(false);
  });

  it('says nothing of a job without edits, and keeps 64 runs', () => {
    const record = new RunsSinceEdit();
    expect(record.hasUncheckedEdits).toBe(false);
    for (let at = 0; at < 100; at += 1) {
      start(record, `${at}`, `cmd ${at}`);
      end(record, `${at}`, 0);
    }
    expect([record.runs.size, record.runs.has('cmd 35'), record.runs.has('cmd 36')]).toEqual([
      64,
      false,
      true,
    ]);
  });
});
