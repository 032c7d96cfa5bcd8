import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Piece, StateResult, StateSummary } from '#states/documents/documents.js';
import { onThisNode } from '#states/run/on-this-node.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { inTmp, run } from '#test/support/loop.js';
import { nameOf, piece, planOf } from '#test/support/state-plan.js';
import { Repository } from '#test/support/state-repository.js';

const test = suite('packages, by apt for real');

/** Nobody else's: made by the test, and gone with it. */
const [a, b, c] = [`dvm-test-a${process.pid}`, `dvm-test-b${process.pid}`, `dvm-test-c${process.pid}`];
const repoName = `dvm-test-${process.pid}`;
const files = [`/etc/apt/sources.list.d/${repoName}.sources`, `/etc/apt/keyrings/${repoName}.asc`];

async function withRepository(work: (repository: Repository, dir: string) => Promise<void>): Promise<void> {
  await inTmp(async (dir) => {
    const repository = new Repository(dir);
    try {
      for (const name of [a, b, c]) repository.add(name, '1.0');
      await work(repository, dir);
    } finally {
      run('dpkg', '--purge', a, b, c);
      for (const file of files) rmSync(file, { force: true });
      repository.end();
    }
  });
}

const pkg = (f: string, name: string, requisites = {}, args = {}): Piece =>
  piece(name, requisites, { module: 'pkg', function: f, args });
const repo = (repository: Repository, more = {}): Piece =>
  piece(
    repoName,
    {},
    { module: 'pkgrepo', function: 'managed', args: { uris: `file:${repository.path}`, key: repository.key, ...more } },
  );

/** By name: the result and whether it changed; and all lines. */
async function runs(dir: string, pieces: Piece[], groups: string[][] = [], check = false) {
  const none = { secrets: undefined, modules: undefined, keys: undefined, resume: false, failhard: false };
  const options = { ...none, check, jobs: 2, wait: '0s', record: join(dir, 'record'), locks: join(dir, 'locks'), note: () => {} };
  const lines: (StateResult | StateSummary)[] = [];
  for await (const line of onThisNode(planOf(pieces, groups), options)) lines.push(line);
  const results = lines.filter((l) => l.kind === 'state-result');
  const of = (name: string) => results.findLast((r) => nameOf(r.key) === name) as StateResult;
  return {
    of,
    told: (name: string) =>
      `${of(name).result} ${of(name).changed} ${of(name).result === 'failed' ? of(name).comment : ''}`.trim(),
  };
}

const version = (name: string): string =>
  existsSync(`/usr/share/${name}`) ? readFileSync(`/usr/share/${name}`, 'utf8') : 'none';

test('a signed repository, packages out of it in one transaction; versions, latest, removed; all of it twice', () =>
  withRepository(async (repository, dir) => {
    const first = [repo(repository), pkg('installed', a, { require: [repoName] }), pkg('installed', b, { require: [repoName] })];
    const seen = await runs(dir, first, [[a, b]], true);
    assert.equal([seen.told(repoName), existsSync(files[0] ?? '')], ['succeeded true', false]);
    assert.match(seen.of(repoName).diff ?? '', /\+Signed-By: /);
    const made = await runs(dir, first, [[a, b]]);
    assert.equal([repoName, a, b].map(made.told), ['succeeded true', 'succeeded true', 'succeeded true']);
    assert.equal([version(a), version(b), made.of(a).output], ['1.0', '1.0', { version: '1.0', versions: { [a]: '1.0' } }]);
    const log = readFileSync('/var/log/apt/history.log', 'utf8');
    assert.match(log, new RegExp(`Install: ${a}:\\S+ \\(1.0\\), ${b}:\\S+ \\(1.0\\)\\n`), 'one transaction');
    const again = await runs(dir, first, [[a, b]]);
    assert.equal([repoName, a, b].map(again.told), ['succeeded false', 'succeeded false', 'succeeded false']);

    repository.add(a, '2.0');
    const newer = await runs(dir, [pkg('latest', a, {}, { refresh: true })]);
    assert.equal([newer.told(a), version(a)], ['succeeded true', '2.0']);
    const older = await runs(dir, [pkg('installed', a, {}, { version: '1.0' })]);
    assert.equal([older.told(a), version(a)], ['succeeded true', '1.0']);
    const gone = await runs(dir, [pkg('removed', a), pkg('purged', b), pkg('installed', c)], [[a, b, c]]);
    assert.equal([gone.told(a), version(a), version(b), version(c)], ['succeeded true', 'none', 'none', '1.0']);
    assert.is((await runs(dir, [pkg('installed', 'dvm-no-such-package')])).of('dvm-no-such-package').result, 'failed');

    const absent = piece(repoName, {}, { module: 'pkgrepo', function: 'absent' });
    assert.is((await runs(dir, [absent])).told(repoName), 'succeeded true');
    assert.equal([files.some((f) => existsSync(f)), (await runs(dir, [absent])).told(repoName)], [false, 'succeeded false']);
  }));

test('a repository that another key has signed, and a package that was tampered with', () =>
  withRepository(async (repository, dir) => {
    const other = await inTmp(async (elsewhere) => {
      const made = new Repository(elsewhere);
      const { key } = made;
      made.end();
      return key;
    });
    const wrong = await runs(dir, [repo(repository, { key: other }), pkg('installed', a, { require: [repoName] })]);
    assert.match(wrong.told(repoName), /^failed false .*(not signed|NO_PUBKEY|signature)/i);
    assert.match(wrong.told(a), /^failed/);
    await runs(dir, [repo(repository)]);
    appendFileSync(join(repository.path, `${b}_1.0_all.deb`), 'x');
    const bad = await runs(dir, [pkg('installed', b)]);
    assert.match(bad.told(b), /^failed false apt-get .* failed: /);
    assert.is(version(b), 'none');
  }));

const lost = ['/usr/bin/apt-get', '/usr/bin/gpg', '/usr/bin/dpkg-deb'].find((path) => !existsSync(path));
if (lost !== undefined || process.geteuid?.() !== 0) skipped(2, lost ?? 'it takes root');
else test.run();
