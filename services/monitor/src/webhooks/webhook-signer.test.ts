import { Secret } from '@drydock/service-kit';
import { expect, test } from 'vitest';
import { WEBHOOK_SECRET, WebhookSigner } from './webhook-signer.ts';

const KEY = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MESSAGE = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
};
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const sign = (message = MESSAGE, key = KEY) => new WebhookSigner(new Secret(key)).sign(message);

test('signs the example of the reference libraries as they do', () => {
  expect(sign()).toBe(SIGNATURE);
});

test.each([
  ['id', { ...MESSAGE, id: 'msg_p5jXN8AQM9LWM0D4loKWxJel' }],
  ['time', { ...MESSAGE, timestamp: MESSAGE.timestamp + 1 }],
  ['body', { ...MESSAGE, body: '{"test": 2432232315}' }],
])('no signature is good for another %s', (_what, message) => {
  expect(sign(message)).not.toBe(SIGNATURE);
});

test('signs with the new and the old key while receivers change', () => {
  const next = `whsec_${'A'.repeat(43)}=`;
  expect(sign(MESSAGE, `${next}\n${KEY}`)).toBe(`${sign(MESSAGE, next)} ${SIGNATURE}`);
  expect(sign(MESSAGE, next)).not.toBe(SIGNATURE);
});

test.each([
  [KEY, true],
  [`${KEY} ${KEY}`, true],
  [`${KEY}\n${KEY}\n${KEY}`, false],
  ['whsec_c2hvcnQ=', false],
  [KEY.slice('whsec_'.length), false],
])('%j is a secret: %s', (text, expected) => {
  expect(WEBHOOK_SECRET.test(text)).toBe(expected);
});
