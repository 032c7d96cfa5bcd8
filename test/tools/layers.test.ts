import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assert, suite } from '#test/support/check.js';

/** The table of layers in docs/architecture.md, held against every import. */
const test = suite('layers');

/** Packages from the bottom up, as the table lists them. */
function layers(): string[] {
  const table = readFileSync('docs/architecture.md', 'utf8').split('## Layers')[1]?.split('\n## ')[0] ?? '';
  return [...table.matchAll(/^\| `([a-z]+)` +\|/gm)].map((m) => m[1] ?? '');
}

function sources(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.ts'))
    .map((f) => join(dir, f));
}

interface Import {
  from: string;
  to: string;
  /** Erased when compiled. */
  typeOnly: boolean;
}

const files = sources('packages');
const imports = files.flatMap(importsOf);

/** Static and dynamic imports of our own files, as paths from the root. */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const found = text.matchAll(/(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g);
  return [...found].flatMap((m) => {
    const to = resolved(file, m[2] ?? m[3] ?? '');
    return to === undefined ? [] : [{ from: file, to, typeOnly: m[1] !== undefined }];
  });
}

function resolved(from: string, path: string): string | undefined {
  if (path.startsWith('#gen/') || path.endsWith('.json')) return undefined;
  const target = path.startsWith('#')
    ? join('packages', path.slice(1))
    : path.startsWith('.')
      ? join(dirname(from), path)
      : undefined;
  return target?.replace(/\.js$/, '.ts');
}

function packageOf(path: string): string {
  return path.split('/')[1] ?? '';
}

test('the table names every package', () => {
  assert.equal(
    [...new Set(files.map(packageOf))].filter((p) => !layers().includes(p)),
    [],
  );
});

test('a package imports only from those above it in the table', () => {
  const order = layers();
  const wrong = imports.filter(
    (i) => !order.includes(packageOf(i.to)) || order.indexOf(packageOf(i.to)) > order.indexOf(packageOf(i.from)),
  );
  const paths = wrong.map((i) => `${i.from} → ${i.to}`);
  assert.equal(paths, [], paths.join('\n'));
});

test('tm does not know the metadata', () => {
  const paths = imports
    .filter((i) => packageOf(i.from) === 'tm' && packageOf(i.to) === 'metadata')
    .map((i) => `${i.from} → ${i.to}`);
  assert.equal(paths, []);
});

test('other packages are imported by name, none by a path around', () => {
  const around = imports
    .filter((i) => packageOf(i.from) !== packageOf(i.to))
    .filter((i) => !readFileSync(i.from, 'utf8').includes(`'#${packageOf(i.to)}/`));
  assert.equal(
    around.map((i) => `${i.from} → ${i.to}`),
    [],
  );
});

test('every import leads to a file', () => {
  const lost = imports.filter((i) => !files.includes(i.to)).map((i) => `${i.from} → ${i.to}`);
  assert.equal(lost, [], lost.join('\n'));
});

test('no module imports itself by way of others, types apart', () => {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    else if (!done.has(file)) {
      for (const to of next.get(file) ?? []) visit(to, [...path, file]);
      done.add(file);
    }
  };
  for (const file of files) visit(file, []);
  assert.equal(circles, [], circles.join('\n'));
});

test('files are of at most 250 lines', () => {
  const all = [...files, ...sources('test')];
  const long = all.map((f) => [f, readFileSync(f, 'utf8').split('\n').length - 1] as const).filter(([, lines]) => lines > 250);
  assert.equal(long, []);
});

test.run();
