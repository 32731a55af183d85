import type { Outcome } from '@drydock/core';
import type { Attempt } from '../attempt/attempt.ts';

/** Ends a job of tier `high` with a typed warning in the place of code. Only a new job with an explicit grant goes on. */
export function enterSafeMode(attempt: Attempt, message: string): Extract<Outcome, { kind: 'safe_mode' }> {
  attempt.disclosure.withhold(message);
  // A finding says where and why; the line itself is code.
  attempt.findings = attempt.findings.map((finding) => ({ ...finding, excerpt: '' }));
  attempt.warnOnce({
    code: 'safe_mode',
    message: `${message} Nothing of it was carried out or handed over.`,
  });
  return { kind: 'safe_mode', message };
}
