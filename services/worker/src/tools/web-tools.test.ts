import type { Observation, PageAnswer } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { findInPage, formatPage } from './format-page.ts';
import { parsePageUrl } from './parse-page-url.ts';
import { createWebTools } from './web-tools.ts';

const PAGE: PageAnswer = {
  type: 'page',
  url: 'https://a.test/',
  status: 200,
  contentType: 'text/html',
  title: 'A page',
  text: 'one\ntwo [1]\nthree [2]',
  links: ['https://a.test/b', 'https://b.test/'],
  isWhole: true,
};

/** Web tools over a gate that admits and a program that finds the same page everywhere. */
function setUp(answer: PageAnswer = PAGE) {
  const asked: string[] = [];
  const tools = createWebTools(
    {
      admit: async ({ tool, cmd }) => {
        asked.push(`${tool}: ${cmd}`);
        return { kind: 'admitted', env: { PROXY: 'p' }, end: () => void asked.push('ended') };
      },
    },
    {
      run: (async ({ env, request }: { env: object; request: object }) => {
        expect(env).toEqual({ PROXY: 'p' });
        asked.push(JSON.stringify(request));
        return answer;
      }) as never,
      answer: (_callId, text, origin): Observation => ({ kind: 'answer', text: `${origin}: ${text}` }),
    },
  );
  return { tools, asked, call: { callId: 'c', signal: new AbortController().signal } };
}

describe('web tools', () => {
  it('ask the gate as the command that would fetch the page, once for each page', async () => {
    const { tools, asked, call } = setUp();
    await tools.web_open({ url: "https://a.test/x'$(id)#part" }, call);
    await tools.web_follow({ link: 2 }, call);
    expect(asked).toEqual([
      "web_open: curl -sS 'https://a.test/x%27$(id)'",
      `{"url":"https://a.test/x%27$(id)","timeoutMs":30000}`,
      'ended',
      "web_follow: curl -sS 'https://b.test/'",
      '{"url":"https://b.test/","timeoutMs":30000}',
      'ended',
    ]);
  });

  it('answer with the page as text of others, and where its links lead', async () => {
    const { tools, call } = setUp();
    expect(await tools.web_open({ url: 'https://a.test' }, call)).toEqual({
      kind: 'answer',
      text: [
        'web_page: https://a.test/',
        'HTTP 200, text/html, "A page"',
        'Lines 1 to 3 of 3.',
        'one',
        'two [1]',
        'three [2]',
        'Links:',
        '[1] https://a.test/b',
        '[2] https://b.test/',
      ].join('\n'),
    });
    expect(await tools.web_find({ text: 'TWO' }, call)).toMatchObject({
      text: expect.stringContaining('2: two [1]'),
    });
  });

  it('do not go to another host by themselves', async () => {
    const { tools, call } = setUp({ type: 'redirect', to: 'https://evil.test/', status: 302 });
    expect(await tools.web_open({ url: 'https://a.test' }, call)).toMatchObject({
      text: 'web_page: HTTP 302: it redirects to another host. Call web_open with https://evil.test/',
    });
    expect(await tools.web_read({ start: 1, lines: 1 }, call)).toMatchObject({ reason: 'no_page' });
  });

  it('say what they cannot do', async () => {
    const { tools, call } = setUp();
    expect(await tools.web_follow({ link: 1 }, call)).toMatchObject({ reason: 'no_page' });
    await tools.web_open({ url: 'https://a.test' }, call);
    expect(await tools.web_follow({ link: 3 }, call)).toMatchObject({
      message: 'The page has no link 3: it has 2.',
    });
  });
});

describe('the URL of a page', () => {
  it.each([
    ['https://a.test', 'https://a.test/'],
    ['HTTP://A.test:80/b c#d', 'http://a.test/b%20c'],
    ["https://a.test/'; id; '", 'https://a.test/%27;%20id;%20%27'],
  ])('%s is %s', (text, href) => {
    expect(parsePageUrl(text)).toEqual({ kind: 'parsed', href });
  });

  it.each([
    'file:///etc/passwd',
    'a.test',
    'https://u:p@a.test/',
    'http://localhost:8080/',
    'http://[::1]/',
    'http://2130706433/',
  ])('%s is refused', (text) => {
    expect(parsePageUrl(text)).toMatchObject({ kind: 'refused' });
  });
});

describe('a page', () => {
  const page = { head: 'h', lines: ['one', 'two [1]', 'three [2]', 'four'], links: ['u1', 'u2'] };

  it('is read by lines, with the links of those lines', () => {
    expect(formatPage(page, { start: 2, lines: 1 })).toBe(
      'h\nLines 2 to 2 of 4; go on with start: 3.\ntwo [1]\nLinks:\n[1] u1',
    );
  });

  it('is searched, with the lines around what is found', () => {
    expect(findInPage(page, 'FOUR')).toBe('1 line has it.\n---\n2: two [1]\n3: three [2]\n4: four');
    expect(findInPage(page, 'five')).toBe('0 lines have it.');
  });
});
