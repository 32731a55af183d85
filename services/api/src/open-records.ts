import { AuditDirectory } from '@drydock/artifacts';
import type { OpenQueue } from '@drydock/queue';
import type { readConfig } from './config.ts';
import type { AuditTrailDeps } from './audit-trail.ts';
import type { MessageRouteDeps } from './routes/messages.ts';
import type { SecretRouteDeps } from './routes/secrets.ts';

type Records = AuditTrailDeps &
  Pick<MessageRouteDeps, 'messages'> &
  Pick<SecretRouteDeps, 'secrets' | 'sealer'>;

/** What is kept beside jobs: what people write to them, the audit log, in store and files, and secrets with the key that they are sealed to. */
export function openRecords(
  { audit, messages, secrets }: OpenQueue,
  { auditDir, secretSealer }: Pick<ReturnType<typeof readConfig>, 'auditDir' | 'secretSealer'>,
): Records {
  return { messages, audit, auditArchive: new AuditDirectory(auditDir), secrets, sealer: secretSealer };
}
