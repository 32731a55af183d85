import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { runService } from './run-service.ts';

async function run(start: () => Promise<void>) {
  const seen = { text: '', codes: [] as number[] };
  await runService('api', start, {
    write: (text) => void (seen.text += text),
    exit: (code) => void seen.codes.push(code),
  });
  return seen;
}

describe('runService', () => {
  it('prints every problem of the settings and exits with 78', async () => {
    const seen = await run(() =>
      Promise.reject(
        new ConfigError([
          { variable: 'A', problem: 'is not set; set it to x.' },
          { variable: 'B', problem: 'is not set; set it to y.' },
        ]),
      ),
    );
    expect(seen).toEqual({
      text: 'api cannot start:\n  A is not set; set it to x.\n  B is not set; set it to y.\n',
      codes: [78],
    });
  });

  it('exits with 1 and says why on any other failure', async () => {
    const seen = await run(() => Promise.reject(new Error('broken')));
    expect(seen.text).toContain('api failed to start: Error: broken');
    expect(seen.codes).toEqual([1]);
  });

  it('leaves a service that started alone', async () => {
    expect(await run(() => Promise.resolve())).toEqual({ text: '', codes: [] });
  });
});
