import { describe, expect, test } from 'vitest';
import { readHtml } from './read-html.ts';
import { toPage } from './to-page.ts';

const BASE = new URL('https://docs.example.test/guide/start');
const read = (html: string) => readHtml(html, BASE);

describe('readHtml', () => {
  test('keeps what is read, numbers the links, and leaves out what is not text', () => {
    const html = `<html><head><title>The
      guide</title><style>p { color: red }</style><script>alert(1)</script></head><body>
<h1>Start</h1><p>Read the <a href="next#part">next page</a> or <a href="/guide/next">it again</a>,
or <a href="javascript:alert(1)">do not</a>.</p><ul><li>one</li><li>two</li></ul>
<pre>a
  b</pre></body></html>`;
    expect(read(html)).toEqual({
      title: 'The guide',
      text: expect.stringMatching(
        /^Start\n\nRead the next page \[1\] or it again \[1\], or do not\.\n\n \* one\n \* two\n\na\n {2}b$/,
      ),
      links: ['https://docs.example.test/guide/next'],
    });
  });

  test('names at most 200 links, none that is longer than is sensible', () => {
    const many = Array.from({ length: 500 }, (_, index) => `<a href="/${index}">x</a>`).join('');
    expect(read(many).links).toHaveLength(200);
    expect(read(`<a href="/${'x'.repeat(400)}">x</a>`)).toMatchObject({ text: 'x', links: [] });
  });

  test.each([
    ['deep', '<div>'.repeat(100_000)],
    ['broad', '<b>x</b>'.repeat(200_000)],
    ['unclosed', '<a href="'.repeat(100_000)],
    ['one long title', `<title>${'<'.repeat(500_000)}`],
  ])('is done with a page that is %s', (_claim, html) => {
    expect(read(html).links.length).toBeLessThanOrEqual(200);
  });
});

describe('toPage', () => {
  const page = (contentType: string, body: string | Uint8Array) =>
    toPage({
      url: BASE,
      response: { statusCode: 200, headers: { 'content-type': contentType } },
      bytes: Buffer.from(body),
      isWhole: true,
    });

  test('takes text as it is, by the charset that the server names', () => {
    expect(page('application/json', '{"a":1}')).toMatchObject({ type: 'page', text: '{"a":1}', links: [] });
    expect(page('text/plain; charset=latin1', Buffer.from([0xe4]))).toMatchObject({ text: 'ä' });
    expect(page('text/plain; charset=none-such', 'ä')).toMatchObject({ text: 'ä' });
  });

  test('refuses what is no text, and says when it was cut', () => {
    expect(page('image/png', 'x')).toMatchObject({ type: 'refused' });
    expect(page('text/plain', 'x'.repeat(200_000))).toMatchObject({ isWhole: false });
  });
});
