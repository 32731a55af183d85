import { describe, expect, it } from 'vitest';
import type { LogLevel } from './logger.ts';
import { createLogger } from './logger.ts';
import { Secret } from './secret.ts';

function capture(level: LogLevel = 'info') {
  const lines: string[] = [];
  const logger = createLogger({ service: 'api', level, destination: { write: (line) => lines.push(line) } });
  return { logger, read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>), lines };
}

describe('createLogger', () => {
  it('writes one JSON line per event with level, time, service and the bound fields', () => {
    const { logger, read } = capture();
    logger.child({ jobId: 'job_1' }).info('job.accepted', { bytes: 3 });
    expect(read()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        service: 'api',
        jobId: 'job_1',
        event: 'job.accepted',
        bytes: 3,
      },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = capture('warn');
    logger.info('job.accepted');
    logger.error('job.failed');
    expect(lines).toHaveLength(1);
  });

  it('never shows a secret', () => {
    const { logger, lines } = capture();
    logger.info('config.parsed', { config: { key: new Secret('sk-canary') } });
    expect(lines.join()).toContain('"key":"[secret]"');
    expect(lines.join()).not.toContain('canary');
  });

  it('writes an error with its cause', () => {
    const { logger, read } = capture();
    logger.error('job.failed', { err: new Error('outer', { cause: new Error('inner') }) });
    expect(read()[0]?.['err']).toMatchObject({ message: 'outer', cause: { message: 'inner' } });
  });
});
