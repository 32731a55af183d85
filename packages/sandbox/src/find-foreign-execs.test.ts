import { expect, it } from 'vitest';
import { findForeignExecs } from './find-foreign-execs.ts';

const exec = (user: string, privileged = false) => ({ user, privileged });

it.each([
  [[7], [exec('7:7')], []],
  [[7], [], []],
  [[7], [exec('7:7', true)], ['a privileged process was started in it']],
  [[7, 8], [exec('7:7'), exec('8:8')], []],
  [[7], [exec('7:7'), exec('0')], ['a process of the user "0" was started in it']],
  [[7], [exec('7:0')], ['a process of the user "7:0" was started in it']],
  [[7], [exec('')], ['a process of the user "" was started in it']],
  [undefined, [exec('7:7')], ['a process of the user "7:7" was started in it']],
])('of a guest %j and processes %j: %j', (guestUids, execs, expected) => {
  expect(findForeignExecs(guestUids, execs)).toEqual(expected);
});
