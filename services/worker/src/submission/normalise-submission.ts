import type { Submission } from '@drydock/contracts';
import { orderFindings } from '@drydock/core';
import { WORKDIR } from '../tools/command-runner.ts';

/** A submission with its paths relative to the workspace, however the model wrote them, and its findings in order. */
export function normaliseSubmission(submission: Submission): Submission {
  const { findings, references, mutations } = submission;
  return {
    ...submission,
    ...(findings === undefined ? {} : { findings: orderFindings(findings.map(withRelativePath)) }),
    ...(references === undefined ? {} : { references: references.map(withRelativePath) }),
    ...(mutations === undefined ? {} : { mutations: mutations.map(withRelativePath) }),
  };
}

const withRelativePath = <Place extends { path: string }>(place: Place): Place => ({
  ...place,
  path: toRelative(place.path),
});

export function toRelative(path: string): string {
  const inside = path.startsWith(`${WORKDIR}/`) ? path.slice(WORKDIR.length + 1) : path;
  return inside.replace(/^(?:\.\/)+/, '');
}
