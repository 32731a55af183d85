import type { Schema } from '@cfworker/json-schema';
import { Validator } from '@cfworker/json-schema';
import type { ReviewFinding } from '@drydock/contracts';
import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { buildSarif } from './build-sarif.ts';
import { orderFindings } from './order-findings.ts';

/** The published schema, which is one of draft 4. */
const validator = new Validator(sarifSchema as unknown as Schema, '4', false);

const words: ReviewFinding = {
  severity: 'low',
  path: 'docs/a b.md',
  line: 7,
  title: 'Old name',
  message: 'It was renamed.',
  suggestion: 'Say crontide.',
};
const { suggestion: _, ...withoutSuggestion } = words;
const replacing: ReviewFinding = {
  severity: 'critical',
  path: 'src/matches.ts',
  line: 5,
  end_line: 6,
  title: 'Both days',
  message: 'Either is enough.',
  suggestion: 'One is enough:\n```suggestion\n  return a ||\n    b;\n```\n',
};

describe('buildSarif', () => {
  it.each<[string, ReviewFinding[]]>([
    ['no finding', []],
    ['findings of every form', [words, replacing, withoutSuggestion]],
  ])('makes a log that the published schema takes, of %s', (_claim, findings) => {
    const log: unknown = JSON.parse(JSON.stringify(buildSarif(findings)));
    expect(validator.validate(log).errors).toEqual([]);
  });

  it('is held to a schema that refuses what is no log', () => {
    const log = buildSarif([words]);
    expect(validator.validate({ ...log, version: '2.0.0' }).valid).toBe(false);
    expect(validator.validate({ ...log, runs: [{ results: [] }] }).valid).toBe(false);
  });

  it('says rule, level and place of a finding, and what to write instead where it is known', () => {
    const [run] = buildSarif([replacing]).runs;
    const region = { startLine: 5, endLine: 6 };
    const artifactLocation = { uri: 'src/matches.ts', uriBaseId: '%SRCROOT%' };
    expect(run?.results).toEqual([
      {
        ruleId: 'drydock/review-critical',
        ruleIndex: 0,
        level: 'error',
        rank: 95,
        message: { text: expect.stringMatching(/^Both days: Either is enough\.\n\nSuggestion: /) },
        locations: [{ physicalLocation: { artifactLocation, region } }],
        fixes: [
          {
            description: { text: 'Both days' },
            artifactChanges: [
              {
                artifactLocation,
                replacements: [{ deletedRegion: region, insertedContent: { text: '  return a ||\n    b;' } }],
              },
            ],
          },
        ],
      },
    ]);
    expect(run?.tool.driver.rules[0]?.id).toBe('drydock/review-critical');
  });

  it('makes no fix of words or of two blocks, and encodes paths', () => {
    const twice = `${replacing.suggestion}${replacing.suggestion}`;
    const [run] = buildSarif([words, { ...replacing, suggestion: twice }]).runs;
    expect(run?.results.map((result) => 'fixes' in result)).toEqual([false, false]);
    expect(run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('docs/a%20b.md');
  });
});

describe('orderFindings', () => {
  it('puts the most severe first and leaves the rest as they were', () => {
    const other = { ...words, title: 'Other' };
    expect(orderFindings([words, replacing, other])).toEqual([replacing, words, other]);
  });
});
