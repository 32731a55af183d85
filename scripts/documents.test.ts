import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const documents = ['.', 'docs', 'docs/adr'].flatMap((dir) =>
  readdirSync(join(ROOT, dir))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(dir, name)),
);

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** As GitHub makes them. */
const anchorsOf = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const leadsSomewhere = (from: string, link: string): boolean => {
  const [file = '', anchor] = link.split('#', 2);
  const target = file === '' ? from : join(dirname(from), decodeURIComponent(file));
  return existsSync(join(ROOT, target)) && (anchor === undefined || anchorsOf(target).includes(anchor));
};

test.each(documents)('every link of %s inside the repository leads somewhere', (document) => {
  const links = [...read(document).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(
    ([, link = '']) => link,
  );
  expect(links.filter((link) => !leadsSomewhere(document, link))).toEqual([]);
});

test('where a change goes is said once, and the architecture leads there', () => {
  const saying = documents.filter((document) => anchorsOf(document).includes('where-a-change-goes'));
  expect(saying).toEqual(['CONTRIBUTING.md']);
  expect(read('docs/architecture.md')).toContain('(../CONTRIBUTING.md#where-a-change-goes)');
});
