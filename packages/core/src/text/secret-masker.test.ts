import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretMasker } from './secret-masker.ts';

const SECRETS = [
  { name: 'MODEL_KEY', value: 'correct horse/battery+staple?' },
  { name: 'db', value: 'pässwörd"\\\n12' },
  { name: 'nested', value: 'battery+staple' },
];
const masker = SecretMasker.create(SECRETS);
const [model = { name: '', value: '' }, db = { name: '', value: '' }] = SECRETS;
const PEM = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEpAIBAAKCAQEA7\n'.repeat(20)}-----END RSA PRIVATE KEY-----`;
// Put together here, so that nothing that looks like a secret stands in the repository.
const JOT = ['ey', 'JhbGciOiJI'].join('');
const shaped = {
  forge: `ghp_${'a1B2'.repeat(9)}`,
  cloud: `AKIA${'IOSFODNN7EXAMPLE'.replaceAll(/[0189]/g, '2')}`,
  web: `${JOT}.${JOT}.dozjgNryP4J3`,
};
const pushAll = (chunks: readonly string[]): string => {
  const fork = masker.fork();
  return chunks.map((chunk) => fork.push(chunk)).join('') + fork.end();
};

describe('SecretMasker', () => {
  it.each([
    ['a web token behind other words', `x-${JOT.slice(0, 5)}-${shaped.web}`, 'x-[secret]'],
    ['a web token behind a joined key', `sk-a1B2${'c'.repeat(20)} id_${shaped.web}`, '[secret] id_[secret]'],
    ['a value behind a long name', `A_B_C_API_KEY=${'a1B2'.repeat(9)}`, 'A_B_C_API_KEY=[secret]'],
  ])('masks %s', (_what, text, masked) => {
    expect(masker.mask(text)).toBe(masked);
  });

  it.each<[string, string, string]>([
    ['a known secret', `key=${model.value}.`, 'key=[secret:MODEL_KEY].'],
    ['its URL-encoded form', `?k=${encodeURIComponent(model.value)}`, '?k=[secret:MODEL_KEY]'],
    ['its JSON form', JSON.stringify({ p: db.value }), '{"p":"[secret:db]"}'],
    ['its JSON form in JSON', JSON.stringify(JSON.stringify([db.value])), String.raw`"[\"[secret:db]\"]"`],
    ['its hexadecimal form', Buffer.from(db.value).toString('hex'), '[secret:db]'],
    ['a forge token', `token ${shaped.forge} here`, 'token [secret] here'],
    ['a cloud key', `id: ${shaped.cloud}`, 'id: [secret]'],
    ['a web token', `Bearer ${shaped.web}`, 'Bearer [secret]'],
    ['a password in an address', 'redis://user:hunter2x@host:6379/0', 'redis://user:[secret]@host:6379/0'],
    ['a private key', `a\n${PEM}\nb`, 'a\n[secret]\nb'],
    ['a private key without an end', `a ${PEM.slice(0, 200)}`, 'a [secret]'],
  ])('masks %s', (_, text, masked) => {
    expect(masker.mask(text)).toBe(masked);
  });

  it('masks a known secret inside base64, wherever it starts', () => {
    for (const before of ['', 'x', 'xy', 'user:']) {
      const masked = masker.mask(Buffer.from(`${before}${model.value}:after`).toString('base64'));
      expect(masked).toMatch(/^[\w+/]{0,8}\[secret:MODEL_KEY\][\w+/=]{0,12}$/);
    }
  });

  it.each([
    'npm test -- --reporter=dot\n12 passed in 3.1 s',
    'sha512-+dVNHgP8mCoVyS0b6zYnWNyWCm0PV1lqC0lSaAJrBDwhGqNYsFHd7TzLrZ2Jz0XbVLgqmaZ8rcvGyrVJ5kMzhA==',
    'commit 2ccaf2e0c4c3b9e2f1a8d1b7a6c5e4f3d2c1b0a9',
    'https://example.com:8080/path?q=1@2',
    'TOKEN=${TOKEN} API_KEY=process.env.API_KEY PASSWORD=changeme',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    'task-sk-learn-something-very-long-name-here',
    'git@github.com:owner/repo.git',
  ])('leaves ordinary text as it is: %s', (text) => {
    expect(masker.mask(text)).toBe(text);
  });

  it('holds nothing back behind a line that is no secret', () => {
    expect(masker.fork().push('building …\n')).toBe('building …\n');
  });

  it('gives the same however the text is cut, and never a known secret', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...SECRETS.map(({ value }) => value),
        encodeURIComponent(model.value),
        Buffer.from(model.value).toString('base64'),
        PEM,
        ...Object.values(shaped),
        ' ',
        '\n',
        '=',
        '-----BEGIN ',
        'correct horse',
        'ghp_',
        'https://a:b',
      ),
      fc.string({ maxLength: 12 }),
    );
    const cuts = fc.array(fc.nat(400), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), cuts, (pieces, at) => {
        const text = pieces.join('');
        const ends = [
          0,
          ...at.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b),
          text.length,
        ];
        const chunks = ends.slice(1).map((end, index) => text.slice(ends[index], end));
        const whole = masker.mask(text);
        expect(pushAll(chunks)).toBe(whole);
        expect(pushAll(text.split(''))).toBe(whole);
        for (const { value } of SECRETS) expect(whole).not.toContain(value);
      }),
      { numRuns: 300 },
    );
  });

  it('holds back no more than the longest thing it looks for', () => {
    const fork = masker.fork();
    // One word without an end and without a secret's shape: random text has one now and then.
    const word = 'abcdefgh'.repeat(25_000);
    const given = fork.push(word);
    expect(word.length - given.length).toBeLessThanOrEqual(4_096 + 64);
    expect(given + fork.end()).toBe(word);
  });
});
