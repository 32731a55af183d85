import { JobId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { messageId, parseMessageId } from './message-id.ts';

const MESSAGE = { jobId: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'), fence: 12 };

describe('message ids', () => {
  it('name a message in a way that BullMQ takes and that can be read back', () => {
    expect(messageId(MESSAGE)).toBe('job_01ARZ3NDEKTSV4RRFFQ69G5FAV-12');
    expect(parseMessageId(messageId(MESSAGE))).toEqual(MESSAGE);
  });

  it.each(['', 'job_1-1', 'job_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'job_01ARZ3NDEKTSV4RRFFQ69G5FAV-x'])(
    'are refused where they name none: "%s"',
    (id) => {
      expect(() => parseMessageId(id)).toThrow(expect.objectContaining({ code: 'internal_error' }));
    },
  );
});
