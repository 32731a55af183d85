import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** A package of npm in one file, and the hash that a lockfile has of it. */
export function packNpm(name: string, source: string): { tarball: Buffer; integrity: string } {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-npm-'));
  try {
    mkdirSync(join(dir, 'package'));
    writeFileSync(
      join(dir, 'package/package.json'),
      JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
    );
    writeFileSync(join(dir, 'package/index.js'), source);
    const tarball = execFileSync('tar', ['-C', dir, '-czf', '-', 'package']);
    return { tarball, integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}` };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A wheel of Python: a zip of files that are stored as they are. */
export function packWheel(name: string, source: string): Buffer {
  const info = `${name}-1.0.0.dist-info`;
  return zip({
    [`${name}.py`]: source,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0.0\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: `${name}.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`,
  });
}

/** Serves fixed bodies by path; anything else is 404. `seen` collects paths. */
export function serveFiles(
  files: Readonly<Record<string, Buffer | string>>,
  seen: string[],
): RequestListener {
  return (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
    const body = files[request.url ?? ''];
    if (body === undefined) return void response.writeHead(404).end();
    const type = typeof body === 'string' ? 'text/html' : 'application/octet-stream';
    response.writeHead(200, { 'content-type': type }).end(body);
  };
}

function zip(files: Readonly<Record<string, string>>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, data] = [Buffer.from(name), Buffer.from(text)];
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(0x21, 8); // the first day that a zip can have
    facts.writeUInt32LE(crc32(data), 10);
    facts.writeUInt32LE(data.length, 14);
    facts.writeUInt32LE(data.length, 18);
    facts.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), facts, path, data]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), facts, place, path]));
    bodies.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, entries, Buffer.from('PK\u0005\u0006'), end]);
}
