import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { unifiedDiff } from '#states/modules/file/diff.js';
import { withBlock, withLine } from '#states/modules/file/edit.js';
import { file } from '#states/modules/file/file.js';
import { absentFinding } from '#states/modules/file/other.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp, run } from '#test/support/loop.js';
import { ask } from '#test/support/state-module.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('module file');
const apply = (f: string, path: string, args: object = {}) => ask(file, 'apply', f, path, args);
const check = (f: string, path: string, args: object = {}) => ask(file, 'check', f, path, args);
const code = async (work: () => unknown) => (await thrown<DvmError>(work)).code;
const text = (path: string) => readFileSync(path, 'utf8');
const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

test('managed: made, changed, and left alone; check says what apply does', () =>
  inTmp(async (dir) => {
    const path = join(dir, 'motd');
    const seen = await check('managed', path, { content: 'a\nb\n' });
    assert.equal([seen.changed, existsSync(path)], [true, false]);
    assert.is(seen.diff, `--- /dev/null\n+++ ${path}\n@@ -0,0 +1,2 @@\n+a\n+b\n`);
    const made = await apply('managed', path, { content: 'a\nb\n', mode: '0600' });
    assert.equal([made.changed, text(path), mode(path)], [true, 'a\nb\n', '600']);
    const { size, sha256 } = made.output as { size: number; sha256: string };
    assert.equal([size, `${sha256}  ${path}\n`], [4, run('sha256sum', path)]);
    const same = await apply('managed', path, { content: 'a\nb\n' });
    assert.equal([same.changed, same.diff, mode(path)], [false, undefined, '600']);
    const changed = await apply('managed', path, { content: 'a\nc\n', backup: true });
    assert.match(changed.diff ?? '', /\n a\n-b\n\+c\n$/);
    assert.is(mode(path), '600', 'what is not said stays');
    assert.is(text(join(dir, (changed.output as { backup: string }).backup)), 'a\nb\n');
    const only = await apply('managed', path, { mode: '0640' });
    assert.equal([only.changes, mode(path), text(path)], [{ mode: ['0600', '0640'] }, '640', 'a\nc\n']);
    assert.is((await check('managed', path, { content: 'x', show_diff: false })).diff, undefined);
    assert.equal(
      readdirSync(dir).filter((n) => n.startsWith('.')),
      [],
      'nothing temporary is left',
    );
  }));

test('managed: from a source, below directories that are made, of an owner', () =>
  inTmp(async (dir) => {
    const [source, path] = [join(dir, 'source'), join(dir, 'a/b/c')];
    writeFileSync(source, Buffer.from([0, 255, 1]));
    assert.match((await check('managed', path, { source })).comment, /in a directory that is not there yet/);
    assert.is(await code(() => apply('managed', path, { source })), 'no-directory');
    await apply('managed', path, { source, makedirs: true });
    assert.equal(readFileSync(path), readFileSync(source));
    writeFileSync(source, Buffer.from([255]));
    assert.match((await check('managed', path, { source })).diff ?? '', /^binary file/);
    assert.is(await code(() => apply('managed', path, { source: join(dir, 'none') })), 'no-source');
    assert.is(await code(() => apply('managed', path, { source, content: '' })), 'two-contents');
    assert.is((await check('managed', path, { user: 'no-such-user' })).changed, true, 'an earlier state may make the user');
    assert.is(await code(() => apply('managed', path, { user: 'no-such-user' })), 'no-user');
    if (process.geteuid?.() !== 0) return;
    await apply('managed', path, { user: 'nobody', mode: '4755' });
    assert.equal([statSync(path).uid, mode(path)], [65534, '4755']);
    assert.is((await apply('directory', join(dir, 'a'), { user: 'nobody', group: 'nogroup' })).changed, true);
  }));

test('no link is followed that others can make; links of root are', () =>
  inTmp(async (dir) => {
    const [open, target, real] = [join(dir, 'open'), join(dir, 'target'), join(dir, 'real')];
    for (const d of [open, target, real]) mkdirSync(d);
    symlinkSync(target, join(open, 'link'));
    symlinkSync('../target', join(real, 'link'));
    chmodSync(open, 0o1777);
    assert.is(await code(() => apply('managed', join(open, 'link/x'), { content: '' })), 'untrusted-link');
    assert.is(existsSync(join(target, 'x')), false);
    await apply('managed', join(real, 'link/x'), { content: 'y' });
    assert.is(text(join(target, 'x')), 'y');
    symlinkSync('x', join(target, 'last'));
    assert.is(await code(() => apply('managed', join(target, 'last'), { content: 'z' })), 'is-link');
    await apply('managed', join(target, 'last'), { content: 'z', follow: true });
    assert.equal([text(join(target, 'x')), lstatSync(join(target, 'last')).isSymbolicLink()], ['z', true]);
    symlinkSync('round', join(real, 'round'));
    assert.is(await code(() => apply('managed', join(real, 'round/x'), { content: '' })), 'bad-path');
    for (const path of ['/', '/a/../b']) assert.is(await code(() => apply('managed', path, { content: '' })), 'bad-path');
  }));

test('what is there and no file', () =>
  inTmp(async (dir) => {
    assert.is(await code(() => apply('managed', dir, { content: '' })), 'no-file');
    run('mkfifo', join(dir, 'fifo'));
    assert.is(await code(() => apply('managed', join(dir, 'fifo'), { content: '' })), 'no-file');
    assert.is(await code(() => apply('directory', join(dir, 'fifo'))), 'no-directory');
    writeFileSync(join(dir, 'large'), '');
    run('truncate', '-s', '65M', join(dir, 'large'));
    assert.is(await code(() => apply('managed', join(dir, 'large'), { content: '' })), 'too-large');
    assert.is(await code(() => apply('managed', join(dir, 'large/x'), { content: '', makedirs: true })), 'no-directory');
  }));

test('directory', () =>
  inTmp(async (dir) => {
    const path = join(dir, 'a/b');
    assert.is((await check('directory', path)).changed, true);
    assert.is(existsSync(path), false);
    await apply('directory', path, { mode: '0700' });
    assert.is(mode(path), '700');
    assert.is((await apply('directory', path, { mode: '0700' })).changed, false);
    assert.equal((await apply('directory', path, { mode: '0755' })).changes, { mode: ['0700', '0755'] });
    assert.is(await code(() => apply('directory', join(dir, 'x/y'), { makedirs: false })), 'no-directory');
  }));

test('symlink', () =>
  inTmp(async (dir) => {
    const path = join(dir, 'link');
    await apply('symlink', path, { target: 'a' });
    assert.is((await apply('symlink', path, { target: 'a' })).changed, false);
    await apply('symlink', path, { target: 'b' });
    assert.is(readlinkSync(path), 'b');
    writeFileSync(join(dir, 'file'), '');
    assert.is(await code(() => apply('symlink', join(dir, 'file'), { target: 'a' })), 'no-link');
    await apply('symlink', join(dir, 'file'), { target: 'a', force: true });
    assert.is(await code(() => apply('symlink', dir, { target: 'a', force: true })), 'no-link');
    await apply('symlink', join(dir, 'x/y'), { target: 'a', makedirs: true });
    assert.is(readlinkSync(join(dir, 'x/y')), 'a');
  }));

test('absent: with all that is in it, through no link', () =>
  inTmp(async (dir) => {
    const path = join(dir, 'd');
    mkdirSync(join(path, 'e'), { recursive: true });
    mkdirSync(join(dir, 'kept'));
    writeFileSync(join(dir, 'kept/x'), '');
    symlinkSync('../kept', join(path, 'link'));
    assert.is((await check('absent', path)).changed, true);
    assert.is((await apply('absent', path)).changed, true);
    assert.equal([existsSync(path), existsSync(join(dir, 'kept/x'))], [false, true]);
    assert.is((await apply('absent', path)).changed, false);
    assert.is((await apply('absent', join(dir, 'no/such'))).changed, false);
  }));

test('line and block', () =>
  inTmp(async (dir) => {
    const path = join(dir, 'conf');
    writeFileSync(path, 'a=1\nb=2\n');
    await apply('line', path, { line: 'b=3', match: '^b=' });
    await apply('line', path, { line: 'b=3' });
    assert.is(text(path), 'a=1\nb=3\n');
    const made = await apply('block', path, { content: 'x\ny', permissions: '0600' });
    assert.equal([made.changed, text(path)], [true, 'a=1\nb=3\n# begin managed\nx\ny\n# end managed\n']);
    assert.is(mode(path), '600');
    assert.is((await apply('block', path, { content: 'x\ny\n' })).changed, false);
    await apply('block', path, { content: '', mode: 'absent' });
    assert.is(text(path), 'a=1\nb=3\n');
  }));

test('where a line goes', async () => {
  const of = (args: Parameters<typeof withLine>[1]) => withLine('a\nb\na\n', args);
  assert.is(of({ line: 'x' }), 'a\nb\na\nx\n');
  assert.is(of({ line: 'x', match: '^a$' }), 'a\nb\nx\n');
  assert.is(of({ line: 'x', after: 'b' }), 'a\nb\nx\na\n');
  assert.is(of({ line: 'x', before: 'b' }), 'a\nx\nb\na\n');
  assert.is(of({ line: 'x', after: 'z', before: 'a' }), 'x\na\nb\na\n');
  assert.is(of({ line: 'a', mode: 'absent' }), 'b\n');
  assert.is(of({ line: 'z', match: 'a|b', mode: 'absent' }), '');
  assert.is(withLine('', { line: 'x' }), 'x\n');
  assert.is(await code(() => of({ line: 'x', match: '(' })), 'bad-pattern');
  assert.is(await code(() => withBlock('# begin managed\n', { content: '' })), 'open-block');
  assert.is(withBlock('s\n1\ne\nz\n', { content: '2', start: 's', end: 'e' }), 's\n2\ne\nz\n');
});

test('diffs are those of diff -u, and apply', () =>
  inTmp(async (dir) => {
    const lines = (n: number, change: (i: number) => string) => Array.from({ length: n }, (_, i) => `${change(i)}\n`).join('');
    const before = lines(40, (i) => `line ${i}`);
    const after = lines(40, (i) => (i === 3 || i === 30 ? `changed ${i}` : i === 12 ? `line ${i}\nnew` : `line ${i}`));
    writeFileSync(join(dir, 'f'), before);
    const diff = unifiedDiff(join(dir, 'f'), before, after);
    assert.is(diff.match(/^@@/gm)?.length, 3);
    writeFileSync(join(dir, 'patch'), diff);
    run('patch', '-s', join(dir, 'f'), join(dir, 'patch'));
    assert.is(text(join(dir, 'f')), after);
    assert.is(unifiedDiff('x', 'a', 'a'), '');
    assert.match(unifiedDiff('x', 'a\n', 'a'), /\+a\\ no newline at the end/);
    assert.match(unifiedDiff('x', 'a\n'.repeat(30_000), ''), /@@ 30000 lines become 0 @@/);
    assert.match(unifiedDiff('x', undefined, 'a\n'), /^--- \/dev\/null\n\+\+\+ x\n@@ -0,0 \+1,1 @@\n\+a\n$/);
    assert.match(unifiedDiff('x', 'a\n', undefined), /\+\+\+ \/dev\/null\n@@ -1,1 \+0,0 @@\n-a\n$/);
  }));

test('line and block: only of text; nothing is made to take something out of it', () =>
  inTmp(async (dir) => {
    const [none, binary] = [join(dir, 'none'), join(dir, 'binary')];
    writeFileSync(binary, Buffer.from([0x61, 0xe9, 0x0a]));
    assert.is(await code(() => apply('line', binary, { line: 'x' })), 'not-text');
    assert.is(await code(() => apply('block', binary, { content: 'x' })), 'not-text');
    assert.is((await apply('line', none, { line: 'x', mode: 'absent' })).changed, false);
    assert.is((await apply('block', none, { content: 'x', mode: 'absent' })).changed, false);
    assert.is(existsSync(none), false);
  }));

test('absent and symlink: of files of any size', () =>
  inTmp(async (dir) => {
    const big = join(dir, 'big');
    for (const [f, args] of [
      ['absent', {}],
      ['symlink', { target: 'x', force: true }],
    ] as const) {
      writeFileSync(big, '');
      truncateSync(big, (64 << 20) + 1);
      assert.is((await apply(f, big, args)).changed, true);
    }
    assert.is(readlinkSync(big), 'x');
  }));

test('absent: refused over a mount, also of the same file system, and by its real path', () =>
  inTmp(async (dir) => {
    mkdirSync(join(dir, 'a/b'), { recursive: true });
    symlinkSync(join(dir, 'a'), join(dir, 'link'));
    const mounts = (target: string) => () => [{ target: join(dir, target) }];
    assert.is(await code(() => absentFinding(join(dir, 'a'), mounts('a/b'))), 'mounted');
    assert.is(await code(() => absentFinding(join(dir, 'link/b'), mounts('a/b'))), 'mounted');
    assert.is(absentFinding(join(dir, 'a'), mounts('ab')).changed, true);
  }));

test.run();
