import { z } from 'zod';

/** `job_` + ULID: sorts by creation, contains no character that a Redis key or BullMQ id treats specially. */
export const JobId = z
  .string()
  .regex(/^job_[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<'JobId'>();
export type JobId = z.infer<typeof JobId>;

/** `sbx_` + 16 hex digits: one sandbox, used once. */
export const SandboxId = z
  .string()
  .regex(/^sbx_[0-9a-f]{16}$/)
  .brand<'SandboxId'>();
export type SandboxId = z.infer<typeof SandboxId>;

/** The name of one worker process, unique per start: a restarted worker is a new one. */
export const WorkerId = z
  .string()
  .regex(/^wrk_[0-9a-f]{16}$/)
  .brand<'WorkerId'>();
export type WorkerId = z.infer<typeof WorkerId>;

/** `upl_` + ULID: one uploaded archive or bundle. */
export const UploadId = z
  .string()
  .regex(/^upl_[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<'UploadId'>();
export type UploadId = z.infer<typeof UploadId>;

/** `apr_` + ULID: one question to a person. */
export const ApprovalId = z
  .string()
  .regex(/^apr_[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<'ApprovalId'>();
export type ApprovalId = z.infer<typeof ApprovalId>;

/** `msg_` + ULID: one message of a person to a job that runs. */
export const MessageId = z
  .string()
  .regex(/^msg_[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<'MessageId'>();
export type MessageId = z.infer<typeof MessageId>;

/** SHA-256 of an artifact's bytes, lower-case hex: its name in the content-addressed store. */
export const Digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'Digest'>();
export type Digest = z.infer<typeof Digest>;

/** A random id of one installation on one host: it enters every container, cgroup, mount and socket name. */
export const InstanceId = z
  .string()
  .regex(/^[0-9a-z]{8}$/)
  .brand<'InstanceId'>();
export type InstanceId = z.infer<typeof InstanceId>;
