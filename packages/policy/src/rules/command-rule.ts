import type { CommandClass, CommandDomain } from '@drydock/core';

/** One rule about simple commands, as data. All conditions that are given must hold. */
export interface CommandRule {
  readonly id: string;
  readonly class: CommandClass;
  readonly domain: CommandDomain;
  /** Names of programs, separated by spaces. */
  readonly programs?: string;
  /** Tested against the arguments, joined by spaces, with a space before and behind. */
  readonly args?: RegExp;
  /** As `args`, and must not match. */
  readonly unless?: RegExp;
  /** Tested against the target of each redirect that writes, or of any redirect where `reads` is set. */
  readonly redirect?: RegExp;
  readonly reads?: boolean;
  /** Tested against `NAME=value` of each assignment. */
  readonly assignment?: RegExp;
  /** Where hosts stand: in URLs and `host:path`, or as bare operands too. */
  readonly hosts?: 'addresses' | 'operands';
  readonly reason: string;
  readonly alternative: string;
  /** Commands that this rule must find, checked when the rules are loaded. */
  readonly match: readonly string[];
  /** Commands that it must not find. */
  readonly notMatch: readonly string[];
}
