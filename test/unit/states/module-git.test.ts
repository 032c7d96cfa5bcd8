import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitModule } from '#states/modules/git/git.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp, run } from '#test/support/loop.js';
import { ask } from '#test/support/state-module.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('module git');
const git = gitModule();
const code = async (work: () => unknown) => (await thrown<DvmError>(work)).code;

/** A repository with two commits on `main` and a tag on the first; `say` is what they say. */
function withRepository(work: (repo: string, path: string, commits: string[]) => Promise<void>): Promise<void> {
  return inTmp(async (dir) => {
    const repo = join(dir, 'repo');
    const g = (...args: string[]) => run('git', '-C', repo, '-c', 'user.name=x', '-c', 'user.email=x@x', ...args).trim();
    mkdirSync(repo);
    g('init', '-q', '-b', 'main');
    const commits = ['one', 'two'].map((text) => {
      writeFileSync(join(repo, 'file'), text);
      g('add', '.');
      g('commit', '-q', '-m', text);
      if (text === 'one') g('tag', '-a', 'v1', '-m', 'v1');
      return g('rev-parse', 'HEAD');
    });
    await work(repo, join(dir, 'copy'), commits);
  });
}

test('checked out at a commit, a branch, a tag; once', () =>
  withRepository(async (repo, path, [one, two]) => {
    const say = () => readFileSync(join(path, 'file'), 'utf8');
    const at = (rev: string, word: 'apply' | 'check' = 'apply', more = {}) =>
      ask(git, word, 'checkout', path, { repo, rev, ...more });
    assert.is((await at('main', 'check')).changed, true);
    assert.equal([(await at('main')).output, say()], [{ path, commit: two }, 'two']);
    assert.is((await at('main')).changed, false);
    await at('v1');
    assert.is(say(), 'one');
    assert.is((await at(one ?? '')).changed, false);
    await at(two ?? '');
    assert.is(say(), 'two');
    writeFileSync(join(path, 'file'), 'by hand');
    assert.is(await code(() => at('main')), 'dirty-checkout');
    await at('main', 'apply', { force: true });
    assert.is(say(), 'two');
    assert.is(await code(() => at('nonesuch')), 'no-revision');
    assert.is(await code(() => at('0'.repeat(40))), 'git-failed');
  }));

test('no other directory is taken over; no transport that runs programs', () =>
  withRepository(async (repo, path) => {
    mkdirSync(path);
    writeFileSync(join(path, 'x'), '');
    assert.is(await code(() => ask(git, 'apply', 'checkout', path, { repo, rev: 'main' })), 'not-a-checkout');
    assert.is(
      await code(() => ask(git, 'apply', 'checkout', `${path}2`, { repo: 'ext::sh -c true', rev: 'main' })),
      'git-failed',
    );
    assert.is(await code(() => ask(git, 'apply', 'checkout', path, { repo: '--upload-pack=x', rev: 'main' })), 'bad-argument');
  }));

test('no program that the configuration of a copy names is run; a copy that others own is not touched', () =>
  withRepository(async (repo, path) => {
    const mark = `${path}.mark`;
    await ask(git, 'apply', 'checkout', path, { repo, rev: 'main' });
    run('git', '-C', path, 'config', 'core.fsmonitor', `touch ${mark}; false`);
    assert.is((await ask(git, 'check', 'checkout', path, { repo, rev: 'main' })).changed, false);
    assert.is(existsSync(mark), false);
    chownSync(path, 65534, 65534);
    const rev = run('git', '-C', repo, 'rev-parse', 'HEAD').trim(); // asks nothing of the repository
    assert.is(await code(() => ask(git, 'check', 'checkout', path, { repo, rev })), 'git-failed');
  }));

test.run();
