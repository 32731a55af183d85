import { z } from 'zod';
import { JobId, SandboxId } from './ids.ts';

/*
 * Lines of JSON on the control socket of the egress gateway. The worker connects once per sandbox that may reach
 * something and says `open`; the sandbox has its way out for as long as that connection lives, and not longer.
 */

/** Longest line in either direction, bytes. */
export const MAX_EGRESS_LINE_BYTES = 1 << 20;
export const MAX_EGRESS_GRANTS = 64;
/** Where the agent process offers the way out inside every sandbox, on loopback. */
export const EGRESS_PROXY_PORT = 3128;
/** The gateway's control socket, in the state directory of the installation. */
export const EGRESS_CONTROL_SOCKET = 'egress.sock';
/** Names in the sandbox's egress directory, `/job/egress` inside. */
export const EGRESS_FILES = { socket: 'proxy.sock', jobCa: 'ca.pem', trustBundle: 'bundle.pem' } as const;

export const EGRESS_VERDICTS = ['allow', 'deny'] as const;

/** Why a request was decided so. `egress_quota`: what the job may send, receive or hold open is used up. */
export const EGRESS_REASONS = [
  'granted',
  'bad_request',
  'bad_host',
  'bad_port',
  'not_granted',
  'port_not_granted',
  'method_not_granted',
  'grant_expired',
  'grant_used_up',
  'denied_by_rule',
  'no_rule',
  'unresolved',
  'address_not_public',
  'unreachable',
  'not_tls',
  'sni_missing',
  'sni_mismatch',
  'egress_quota',
] as const;
export type EgressReason = (typeof EGRESS_REASONS)[number];

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST_PATTERN = new RegExp(String.raw`^(?:\*|(?:\*\.)?${LABEL}(?:\.${LABEL})*|\[[0-9a-f:.]{2,45}\])$`);
/** `host`, `*.suffix` (which is not the suffix itself) or `*` for every name; an address matches only itself. */
export const EgressHostPattern = z.string().max(255).regex(HOST_PATTERN, 'not a host in lower case');
export const EgressPort = z.int().min(1).max(65_535);
export const EgressMethod = z.string().regex(/^[A-Z]{1,20}$/, 'not a method in upper case');

/** Headers that say how a message travels and where to: nobody may give them another meaning. */
const RESERVED_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade']);

/** A header that the gateway adds, so that the secret never enters the sandbox. */
const InjectedHeader = z.strictObject({
  header: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'not a header in lower case')
    .refine((name) => !RESERVED_HEADERS.has(name), 'a header that nobody may set'),
  secret: z.string().regex(/^[\u0020-\u007e]{1,8192}$/, 'not printable ASCII'),
});

/** What a job may reach, within what the operator's rules allow. */
export const EgressGrant = z.strictObject({
  /** The worker's name for it, unique within the job. */
  id: z.string().min(1).max(64),
  host: EgressHostPattern,
  /** Default: 80 and 443. */
  port: EgressPort.optional(),
  /** Of requests that the gateway can read: plain HTTP, and TLS with an injected header. Default: GET and HEAD. */
  methods: z.array(EgressMethod).min(1).max(16).optional(),
  ttlSeconds: z.int().positive().max(86_400).optional(),
  /** Connections and plain requests that may begin. */
  maxUses: z.int().positive().optional(),
  /** A tunnel need not be TLS for that host, where a rule allows that too. */
  raw: z.boolean().optional(),
  inject: InjectedHeader.optional(),
});
export type EgressGrant = z.infer<typeof EgressGrant>;

/** Limits of one job. */
export const EgressQuotas = z.strictObject({
  bytesUp: z.int().positive().default(10_000_000),
  bytesDown: z.int().positive().default(100_000_000),
  connections: z.int().positive().max(256).default(32),
  idleMs: z.int().positive().max(600_000).default(30_000),
});
export type EgressQuotas = z.infer<typeof EgressQuotas>;

const Grants = z.array(EgressGrant).max(MAX_EGRESS_GRANTS);

/** Lines of the worker. */
export const EgressRequest = z.discriminatedUnion('type', [
  /** Once, first. `dir` is the host's path of the sandbox's egress directory. */
  z.strictObject({
    type: z.literal('open'),
    sandboxId: SandboxId,
    jobId: JobId,
    dir: z.string().max(256),
    grants: Grants,
    quotas: EgressQuotas,
  }),
  /** Adds grants; one with a known id takes its place. */
  z.strictObject({ type: z.literal('grant'), grants: Grants }),
  /** Takes grants back and cuts what was connected through them. */
  z.strictObject({ type: z.literal('revoke'), ids: z.array(z.string()).max(MAX_EGRESS_GRANTS) }),
  z.strictObject({ type: z.literal('close') }),
]);
export type EgressRequest = z.infer<typeof EgressRequest>;

/** What the gateway decided; `count` decisions of a kind, of which this was the last. Never holds a path or a secret. */
export const EgressDecision = z.strictObject({
  verdict: z.enum(EGRESS_VERDICTS),
  reason: z.enum(EGRESS_REASONS),
  /** What the sandbox asked for: canonical where that could be read, else its first characters, printable. */
  target: z.string().max(300),
  method: z.string().max(20),
  /** The grant that allowed it. */
  grantId: z.string().optional(),
  /** For people: which address range, which quota. */
  detail: z.string().max(300).optional(),
  count: z.int().positive(),
});
export type EgressDecision = z.infer<typeof EgressDecision>;

const EgressBytes = { bytesUp: z.int().nonnegative(), bytesDown: z.int().nonnegative() };

/** Lines of the gateway to the worker. */
export const EgressResponse = z.discriminatedUnion('type', [
  /** `trust`: commands have to be told to trust the certificates beside the socket. */
  z.strictObject({ type: z.literal('opened'), trust: z.boolean() }),
  z.strictObject({ type: z.literal('decided'), decision: EgressDecision }),
  /** The answer to `close`; the connection ends behind it. */
  z.strictObject({ type: z.literal('closed'), ...EgressBytes }),
]);
export type EgressResponse = z.infer<typeof EgressResponse>;

/** Lines of the gateway to the monitor that started it, on stdout. */
export const EgressReport = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), pid: z.int() }),
  z.strictObject({ type: z.literal('opened'), jobId: JobId, sandboxId: SandboxId, lines: z.int() }),
  z.strictObject({
    type: z.literal('decided'),
    jobId: JobId,
    sandboxId: SandboxId,
    decision: EgressDecision,
  }),
  z.strictObject({
    type: z.literal('closed'),
    jobId: JobId,
    sandboxId: SandboxId,
    lines: z.int(),
    ...EgressBytes,
  }),
  z.strictObject({ type: z.literal('failed'), message: z.string().max(2_000) }),
]);
export type EgressReport = z.infer<typeof EgressReport>;
