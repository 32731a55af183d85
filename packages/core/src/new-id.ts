import type {
  ApprovalId as ApprovalIdType,
  JobId as JobIdType,
  MessageId as MessageIdType,
  UploadId as UploadIdType,
} from '@drydock/contracts';
import { ApprovalId, JobId, MessageId, UploadId } from '@drydock/contracts';
import { ulid } from 'ulid';

/** A new job id: sorts by the time it was made. */
export function newJobId(): JobIdType {
  return JobId.parse(`job_${ulid()}`);
}

export function newUploadId(): UploadIdType {
  return UploadId.parse(`upl_${ulid()}`);
}

export function newApprovalId(): ApprovalIdType {
  return ApprovalId.parse(`apr_${ulid()}`);
}

export function newMessageId(): MessageIdType {
  return MessageId.parse(`msg_${ulid()}`);
}
