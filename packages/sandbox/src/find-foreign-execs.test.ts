import { expect, it } from 'vitest';
import { findForeignExecs } from './find-foreign-execs.ts';

const exec = (user: string, privileged = false) => ({ user, privileged });

it.each([
  [7, [exec('7:7')], []],
  [7, [], []],
  [7, [exec('7:7', true)], ['a privileged process was started in it']],
  [7, [exec('7:7'), exec('0')], ['a process of the user "0" was started in it']],
  [7, [exec('7:0')], ['a process of the user "7:0" was started in it']],
  [7, [exec('')], ['a process of the user "" was started in it']],
  [undefined, [exec('7:7')], ['a process of the user "7:7" was started in it']],
])('of a guest %j and processes %j: %j', (guestUid, execs, expected) => {
  expect(findForeignExecs(guestUid, execs)).toEqual(expected);
});
