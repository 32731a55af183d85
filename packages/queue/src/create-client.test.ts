import { describe, expect, it } from 'vitest';
import { createClient } from './create-client.ts';

describe('createClient', () => {
  it.each(['', 'localhost:6379', 'http://localhost', 'redis.sock', 'unix://relative.sock'])(
    'refuses the address "%s" before it connects',
    (url) => {
      expect(() => createClient(url, 'commands')).toThrow(
        expect.objectContaining({ code: 'store_misconfigured' }),
      );
    },
  );
});
