import { SandboxId } from '@drydock/contracts';
import { randomBytes } from 'node:crypto';

export function newSandboxId(): SandboxId {
  return SandboxId.parse(`sbx_${randomBytes(8).toString('hex')}`);
}
