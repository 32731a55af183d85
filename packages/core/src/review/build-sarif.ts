import type { FindingSeverity, ReviewFinding } from '@drydock/contracts';
import { readReplacement } from './read-replacement.ts';

/** How SARIF says it: a rule per severity, its level, and how it ranks among results of other tools (0 to 100). */
const RULES = {
  critical: { level: 'error', rank: 95, text: 'Loses or leaks data, or breaks what everybody uses.' },
  high: { level: 'error', rank: 75, text: 'Wrong in a case that happens.' },
  medium: { level: 'warning', rank: 50, text: 'Wrong in a rare case, or a trap for the next change.' },
  low: { level: 'note', rank: 25, text: 'Worth mending when somebody is there.' },
} as const satisfies Record<FindingSeverity, { level: string; rank: number; text: string }>;

const SEVERITIES = Object.keys(RULES) as FindingSeverity[];

/**
 * The findings of a review as a SARIF 2.1.0 log (OASIS): code hosts and editors show it at the lines. Paths are relative
 * to the root of the repository.
 */
export function buildSarif(findings: readonly ReviewFinding[]) {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Drydock', rules: SEVERITIES.map(toRule) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(toResult),
      },
    ],
  };
}

function toRule(severity: FindingSeverity) {
  const { level, rank, text } = RULES[severity];
  return {
    id: ruleIdOf(severity),
    shortDescription: { text: `Review finding, ${severity}` },
    fullDescription: { text },
    defaultConfiguration: { level, rank },
  };
}

function toResult(finding: ReviewFinding) {
  const { severity, title, message } = finding;
  const { level, rank } = RULES[severity];
  return {
    ruleId: ruleIdOf(severity),
    ruleIndex: SEVERITIES.indexOf(severity),
    level,
    rank,
    message: { text: [`${title}: ${message}`, ...toAdvice(finding)].join('\n\n') },
    locations: [{ physicalLocation: { artifactLocation: toLocation(finding), region: toRegion(finding) } }],
    ...toFixes(finding),
  };
}

function toAdvice({ suggestion }: ReviewFinding): string[] {
  return suggestion === undefined ? [] : [`Suggestion: ${suggestion}`];
}

/** Only where a suggestion says what the lines become. */
function toFixes(finding: ReviewFinding) {
  const text = finding.suggestion === undefined ? undefined : readReplacement(finding.suggestion);
  if (text === undefined) return {};
  const replacement = { deletedRegion: toRegion(finding), insertedContent: { text } };
  const change = { artifactLocation: toLocation(finding), replacements: [replacement] };
  return { fixes: [{ description: { text: finding.title }, artifactChanges: [change] }] };
}

function toLocation({ path }: ReviewFinding) {
  return { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

/** Whole lines: without columns a region ends before the line break of its last line. */
function toRegion({ line, end_line: endLine = line }: ReviewFinding) {
  return { startLine: line, endLine: Math.max(line, endLine) };
}

const ruleIdOf = (severity: FindingSeverity): string => `drydock/review-${severity}`;
