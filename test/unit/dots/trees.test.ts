import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { compareTrees, isSame } from '#dots/volumes/trees.js';
import { assert, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';

const test = suite('differences of trees');

test('added, changed, removed; what is the same is not named', () =>
  inTmp(async (dir) => {
    const [before, after] = [`${dir}/before`, `${dir}/after`];
    mkdirSync(`${before}/d/e`, { recursive: true });
    const names = ['same', 'text', 'mode', 'gone', 'd/e/deep'];
    for (const name of names) writeFileSync(`${before}/${name}`, 'one');
    symlinkSync('same', `${before}/link`);
    cpSync(before, after, { recursive: true, verbatimSymlinks: true });
    for (const name of names) for (const root of [before, after]) utimesSync(`${root}/${name}`, 1, 1);
    assert.ok(isSame(compareTrees(before, after)), 'copies are the same though their inodes changed at other times');
    writeFileSync(`${after}/text`, 'two');
    utimesSync(`${after}/text`, 1, 1); // same size, same time: only the content tells
    chmodSync(`${after}/mode`, 0o600);
    rmSync(`${after}/gone`);
    rmSync(`${after}/link`);
    symlinkSync('text', `${after}/link`);
    mkdirSync(`${after}/new`);
    writeFileSync(`${after}/new/file`, '');
    rmSync(`${after}/d/e`, { recursive: true });
    writeFileSync(`${after}/d/e`, 'a file now');
    assert.equal(compareTrees(before, after), {
      added: ['new', 'new/file'],
      changed: ['d/e', 'link', 'mode', 'text'],
      removed: ['gone'],
    });
    assert.not(isSame(compareTrees(before, after)));
  }));

test('only a time of change tells of extended attributes: strict compares it', () =>
  inTmp(async (dir) => {
    const [before, after] = [`${dir}/before`, `${dir}/after`];
    mkdirSync(before);
    writeFileSync(`${before}/file`, 'one');
    cpSync(before, after, { recursive: true });
    utimesSync(`${before}/file`, 1, 1);
    await new Promise((done) => setTimeout(done, 50)); // times of change are those of the kernel's last tick
    utimesSync(`${after}/file`, 1, 1);
    assert.ok(isSame(compareTrees(before, after)));
    assert.equal(compareTrees(before, after, true).changed, ['file']);
    assert.ok(isSame(compareTrees(before, before, true)));
  }));

test.run();
