import type { CodePlace, JobResult, ReviewFinding } from '@drydock/contracts';

/**
 * What a job of its kind has found, named or tried, as lines for people: the findings of a review, the places of an
 * explanation, the mutations of tests. It is text of others, as it came: clean it for where it is shown.
 */
export function describeResult(result: JobResult): string[] {
  const { review, explanation, checks } = result;
  return [
    ...(review?.findings ?? []).flatMap(describeFinding),
    ...(explanation?.references ?? []).map((one) => `${placeOf(one)}  ${one.what}`),
    ...(checks?.mutations ?? []).map(({ path, line, killed, failed_tests: tests }) =>
      killed
        ? `mutation ${path}:${line}  caught by ${tests.join(', ')}`
        : `mutation ${path}:${line}  survived`,
    ),
  ];
}

function describeFinding(finding: ReviewFinding): string[] {
  const { severity, title, message, suggestion } = finding;
  const words = suggestion === undefined ? [message] : [message, `Suggestion: ${suggestion}`];
  const lines = words.flatMap((text) => text.split(/\r?\n/)).filter((line) => line.trim() !== '');
  return [`${severity}  ${placeOf(finding)}  ${title}`, ...lines.map((line) => `    ${line}`)];
}

const placeOf = ({ path, line, end_line: end }: CodePlace): string =>
  end === undefined || end <= line ? `${path}:${line}` : `${path}:${line}-${end}`;
