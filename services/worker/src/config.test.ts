import { Secret } from '@drydock/service-kit';
import { describe, expect, it } from 'vitest';
import { chooseModelServer } from './config.ts';

const scriptedUrl = 'http://127.0.0.1:1/v1';

describe('the model server', () => {
  it('is the scripted one where neither a key nor an address is set', () => {
    const none = { apiKey: undefined, baseUrl: undefined, scriptedUrl };
    expect(chooseModelServer(none)).toEqual({ apiKey: undefined, baseUrl: scriptedUrl });
  });

  it('is never the scripted one where a key is set', () => {
    const apiKey = new Secret('sk-real');
    expect(chooseModelServer({ apiKey, baseUrl: undefined, scriptedUrl })).toEqual({
      apiKey,
      baseUrl: undefined,
    });
  });

  it('is never the scripted one where an address is set', () => {
    const baseUrl = 'https://models.example/v1';
    expect(chooseModelServer({ apiKey: undefined, baseUrl, scriptedUrl })).toEqual({
      apiKey: undefined,
      baseUrl,
    });
  });
});
