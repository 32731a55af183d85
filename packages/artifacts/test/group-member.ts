import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Digest } from '@drydock/contracts';
import { AuditDirectory, DirectoryStore } from '../src/index.ts';

/** Another service of the group: reads what root put, puts it again, puts something of its own, reads the audit. */
const [artifacts = '', audit = '', theirs = ''] = process.argv.slice(2);
const store = new DirectoryStore(artifacts);
const digest = Digest.parse(theirs);
const read = Buffer.from(await store.get(digest)).toString();
const isSameAgain = (await store.put(Buffer.from(read))) === digest;
const own = await store.put(Buffer.from('of the group'));
const entries = (await new AuditDirectory(audit).read(0, 10)).length;
const refused = await mkdir(join(audit, 'default/more')).then(
  () => 'made',
  ({ code }: NodeJS.ErrnoException) => code,
);
process.stdout.write(JSON.stringify({ read, isSameAgain, own, entries, refused }));
