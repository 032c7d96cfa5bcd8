import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { toolFiles } from '#test/support/tools.js';

const test = suite('manual pages');
const sections = ['NAME', 'SYNOPSIS', 'INPUT', 'OUTPUT', 'OPTIONS', 'EXIT', 'EXAMPLES', '"SEE ALSO"'];

/** Makes all pages in a directory and gives them to `f` by their paths. */
function withPages(f: (pages: string[]) => void): Promise<void> {
  return inTmp((dir) => {
    execFileSync(process.execPath, ['scripts/man.mjs', dir]);
    f(
      readdirSync(dir)
        .sort()
        .map((name) => join(dir, name)),
    );
  });
}

test('each tool has one, with the sections of its page', () =>
  withPages((pages) => {
    const tools = toolFiles().map((t) => `${t.name}.1`);
    assert.equal(
      pages.map((p) => p.split('/').at(-1)),
      tools.sort(),
    );
    for (const path of pages) {
      const text = readFileSync(path, 'utf8');
      assert.match(text, /^\.TH "[A-Z_\\-]+" "1" "[^"]+" "dvm \d+\.\d+\.\d+" "dvm"$/m, path);
      const found = [...text.matchAll(/^\.SH (.*)$/gm)].map((m) => m[1] ?? '');
      for (const s of sections) assert.ok(found.includes(s) || found.includes(s.replaceAll('"', '')), `${path} lacks ${s}`);
    }
  }));

test('a page has no links: tools by name and section, documents by path', () =>
  withPages((pages) => {
    const text = readFileSync(pages.find((p) => p.endsWith('/dvm.1')) ?? '', 'utf8');
    assert.match(text, /\\fBtm\\fR\(1\)/);
    assert.match(text, /docs\/exit\\-codes\\\.md/);
    for (const path of pages) assert.not.match(readFileSync(path, 'utf8'), /\]\(/, path);
  }));

if (spawnSync('groff', ['--version']).status === 0)
  test('groff has nothing to complain of', () =>
    withPages((pages) => {
      for (const path of pages) {
        const { stderr } = spawnSync('groff', ['-k', '-man', '-t', '-ww', '-Wbreak', '-z', '-Tutf8', path], { encoding: 'utf8' });
        assert.is(stderr, '', path);
      }
    }));

test.run();
