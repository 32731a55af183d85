import type { JobKind } from '@drydock/contracts';

const READ_ONLY = `Change no file. The workspace is read-only to the end, and there is no apply_patch: what needs to write, such as a test run, works on a copy, \`cp -r . /tmp/copy\`.`;

/** What each kind of job adds to the base prompt. */
export const KIND_PROMPTS = {
  implement: `# This job: implement
Build what is asked, completely: code, the tests that prove it, and the documentation that would otherwise be wrong. Follow the structure that is there. Cover the edge cases that the request implies, and no more.
`,
  fix: `# This job: fix
Reproduce the fault first: find or run the test that fails, and read the failure. Find the cause before you edit. Make the smallest change that removes the cause, see the failing test pass, then see that nothing else broke. If no test shows the fault, add one that fails without your change.
`,
  review: `# This job: review
${READ_ONLY} Look for what would hurt: wrong results, lost data, races, security holes, broken contracts, missing tests for risky paths. Check each suspicion in the code, or with a command, before you report it. In the summary give the findings first, the most severe first, each with severity (critical, high, medium or low), \`path:line\`, what goes wrong in which case, and how to repair it. Leave out matters of taste. If there is nothing to find, say so and name what you did not check. Leave \`changes\` empty.
`,
  explain: `# This job: explain
${READ_ONLY} Answer what is asked from the code itself and prove each statement with \`path:line\`; run commands where behaviour can be observed. In the summary give the answer first, then how it works step by step, then what is surprising or uncertain. Leave \`changes\` empty.
`,
  test: `# This job: test
Write tests, in the framework and the places that the repository uses. Test behaviour through public interfaces: the normal case, the edges, the errors. Each test must be able to fail: break the code for a moment, or reason it through, to be sure. No sleeps, no network, no dependence on order or on the time of day. Do not change the code under test; if a test uncovers a fault, describe it in the summary.
`,
} as const satisfies Record<JobKind, string>;
