import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assert, suite } from '#test/support/check.js';

const test = suite('docs');

const pages = ['README.md', 'CHANGES.md', 'test/README.md', ...below('docs', '.md')];

function below(dir: string, end: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith(end))
    .map((f) => join(dir, f));
}

test('every link leads to something', () => {
  const dead = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
      .map((m) => m[1] ?? '')
      .filter((target) => !existsSync(join(dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  assert.equal(dead, [], dead.join('\n'));
});

/** Kinds of documents that the code makes or reads. */
function kinds(): string[] {
  const text = below('packages', '.ts').map((f) => readFileSync(f, 'utf8'));
  const found = text.flatMap((t) => [
    ...t.matchAll(/\bkind: '([a-z-]+)',\s*version: 1\b|kind: \{ const: '([a-z-]+)' \}|documentType<[^>]*>+\('([a-z-]+)'/g),
  ]);
  return [...new Set(found.map((m) => m[1] ?? m[2] ?? m[3] ?? ''))].sort();
}

test('every kind of document is in docs/formats/README.md', () => {
  const index = readFileSync('docs/formats/README.md', 'utf8');
  assert.ok(kinds().length > 15, 'kinds are found');
  assert.equal(
    kinds().filter((kind) => !new RegExp(`^\\|.*\`${kind}\``, 'm').test(index)),
    [],
  );
});

test('every page of a format is in docs/formats/README.md', () => {
  const index = readFileSync('docs/formats/README.md', 'utf8');
  const lost = readdirSync('docs/formats').filter((f) => f !== 'README.md' && !index.includes(`(${f})`));
  assert.equal(lost, []);
});

test('the project speaks of itself alone', () => {
  const words = /\b(?:issue|session) \d|\/work\//i;
  const files = [...pages, ...below('packages', '.ts'), ...below('scripts', ''), 'Makefile'].filter((f) =>
    /\.[a-z]+$|Makefile/.test(f),
  );
  assert.equal(
    files.filter((f) => words.test(readFileSync(f, 'utf8'))),
    [],
  );
});

test.run();
