import { EgressHostPattern, EgressMethod, EgressPort } from '@drydock/contracts';
import {
  decideEgressCeiling,
  literalAddress,
  parseEgressAuthority,
  type EgressRule,
  type EgressTarget,
} from '@drydock/core';
import { ConfigError } from '@drydock/service-kit';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const MAX_BYTES = 1 << 20;
const EXAMPLE = /^(?<method>[A-Z]{1,20}) (?<authority>\S+)$/;

/** `CONNECT host:port`, or `GET host:port` for plain HTTP. */
const Example = z.string().transform((text, context): EgressTarget => {
  const { method = '', authority = '' } = EXAMPLE.exec(text)?.groups ?? {};
  const parsed = parseEgressAuthority(authority);
  if (typeof parsed !== 'string') return { method, ...parsed };
  context.addIssue(`${JSON.stringify(text)} is not "METHOD host:port"`);
  return z.NEVER;
});

const Rule = z
  .strictObject({
    name: z.string().min(1).max(64),
    verdict: z.enum(['allow', 'deny']),
    hosts: z.array(EgressHostPattern).min(1).max(1_000),
    ports: z.array(EgressPort).min(1).optional(),
    methods: z.array(EgressMethod).min(1).optional(),
    allow_private: z.boolean().optional(),
    raw: z.boolean().optional(),
    /** A rule is believed when it does what its examples say. */
    allows: z.array(Example).default([]),
    denies: z.array(Example).default([]),
  })
  .refine(({ verdict, allows, denies }) => (verdict === 'allow' ? allows : denies).length > 0, {
    error: 'needs an example of what it is there for',
  })
  .refine(({ allow_private, ports }) => allow_private !== true || ports !== undefined, {
    error: 'allow_private needs ports',
  })
  .refine(({ allow_private, hosts }) => allow_private !== true || !hosts.some((host) => host.includes('*')), {
    error: 'allow_private needs exact hosts',
  });

const RulesFile = z.strictObject({ rules: z.array(Rule).max(1_000) });

/** Reads and checks the operator's rules. Throws ConfigError that names the rule which is not what it says. */
export async function loadRules(path: string): Promise<readonly EgressRule[]> {
  return parseRules(await readRules(path));
}

/** The same, from text. */
export function parseRules(text: string): readonly EgressRule[] {
  const file = RulesFile.safeParse(parseYaml(text));
  if (!file.success) throw refuse(z.prettifyError(file.error).replaceAll('\n', '; '));
  const rules = file.data.rules.map(toRule);
  for (const { name, allows, denies } of file.data.rules) {
    assertExamples(rules, { name, verdict: 'allow', examples: allows });
    assertExamples(rules, { name, verdict: 'deny', examples: denies });
  }
  return rules;
}

interface Claim {
  readonly name: string;
  readonly verdict: 'allow' | 'deny';
  readonly examples: readonly EgressTarget[];
}

/** Against all rules together: an example that another rule decides otherwise is a surprise worth stopping for. */
function assertExamples(rules: readonly EgressRule[], { name, verdict, examples }: Claim): void {
  for (const example of examples) {
    const decided = decideEgressCeiling(example, rules);
    if (decided.verdict === verdict) continue;
    const why = decided.verdict === 'deny' ? (decided.detail ?? decided.reason) : decided.rules[0]?.name;
    const asked = `${example.method} ${example.host}:${example.port}`;
    throw refuse(
      `rule "${name}" says ${verdict} for ${asked}, but it is decided ${decided.verdict} (${why})`,
    );
  }
}

function toRule(rule: z.output<typeof Rule>): EgressRule {
  const { name, verdict, hosts, ports, methods, allow_private: allowPrivate, raw } = rule;
  for (const host of hosts) {
    const address = literalAddress(host);
    const isCanonical = typeof parseEgressAuthority(`${host.replace(/^\*\.?/, '') || 'any'}:1`) !== 'string';
    if (address === undefined && !isCanonical)
      throw refuse(`rule "${name}" has the host ${host}, which is none`);
  }
  return {
    name,
    verdict,
    hosts,
    ...(ports === undefined ? {} : { ports }),
    ...(methods === undefined ? {} : { methods }),
    ...(allowPrivate === undefined ? {} : { allowPrivate }),
    ...(raw === undefined ? {} : { raw }),
  };
}

async function readRules(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw refuse('names a file that cannot be read', cause);
  });
  if (text.length > MAX_BYTES) throw refuse('names a file of more than 1 MiB');
  return text;
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw refuse('names a file that is not YAML', cause);
  }
}

function refuse(problem: string, cause?: unknown): ConfigError {
  return new ConfigError([{ variable: 'DRYDOCK_EGRESS_RULES_FILE', problem }], { cause });
}
