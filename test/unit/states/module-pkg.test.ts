import { apt, parseInstalled, parsePolicy } from '#states/modules/pkg/apt.js';
import { dnf } from '#states/modules/pkg/dnf.js';
import type { PackageChange, PackageManager } from '#states/modules/pkg/manager.js';
import { pkgModule } from '#states/modules/pkg/pkg.js';
import { filesOf } from '#states/modules/pkg/repository.js';
import type { Use } from '#states/modules/system/program.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { ask, quietContext } from '#test/support/state-module.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('module pkg');
const code = async (work: () => unknown) => (await thrown<DvmError>(work)).code;

/** A node of packages in memory: what is there, what could be, and the transactions that it saw. */
function node(installed: Record<string, string>, candidates: Record<string, string>, later: Record<string, string> = {}) {
  const there = new Map(Object.entries(installed));
  const could = new Map(Object.entries(candidates));
  const changes: PackageChange[] = [];
  const pick = (from: ReadonlyMap<string, string>) => async (names: readonly string[]) =>
    new Map(names.flatMap((n) => (from.has(n) ? [[n, from.get(n) as string] as const] : [])));
  const manager: PackageManager = {
    name: 'apt',
    installed: pick(there),
    candidates: pick(could),
    refresh: async () => {
      for (const [name, version] of Object.entries(later)) could.set(name, version);
    },
    change: async (change) => {
      changes.push(change);
      for (const [name, version] of change.install) there.set(name, version ?? could.get(name) ?? '');
      for (const name of change.remove) there.delete(name);
    },
  };
  return { module: pkgModule(async () => manager), changes };
}

const told = ({ install, remove }: PackageChange) => [
  [...install].map(([n, v]) => `${n}=${v ?? ''}`).join(' '),
  remove.join(' '),
];

test('installed, once; a version that is named; latest', async () => {
  const { module, changes } = node({ old: '1' }, { a: '1', old: '2' });
  const made = await ask(module, 'apply', 'installed', 'a');
  assert.equal([made.changes, made.output], [{ a: { old: null, new: '1' } }, { versions: { a: '1' }, version: '1' }]);
  assert.is((await ask(module, 'apply', 'installed', 'a')).changed, false);
  assert.is((await ask(module, 'apply', 'installed', 'old')).changed, false, 'newer is not latest');
  assert.equal((await ask(module, 'check', 'latest', 'old')).changes, { old: { old: '1', new: '2' } });
  await ask(module, 'apply', 'installed', 'x', { pkgs: { old: '2', a: '1' } });
  assert.equal(changes.map(told), [
    ['a=', ''],
    ['old=2', ''],
  ]);
});

test('removed and purged', async () => {
  const { module, changes } = node({ a: '1' }, {});
  assert.equal((await ask(module, 'check', 'removed', 'a')).changes, { a: { old: '1', new: null } });
  await ask(module, 'apply', 'purged', 'x', { pkgs: ['a', 'none'] });
  assert.equal([changes.map(told), changes[0]?.purge], [[['', 'a']], true]);
  assert.is((await ask(module, 'apply', 'removed', 'a')).changed, false);
});

test('several states are one transaction, and each says what became of it', async () => {
  const { module, changes } = node({ gone: '1', there: '1' }, { a: '1', b: '2' });
  const request = (f: string, name: string, args = {}) => ({ function: f, name, args, facts: {} });
  const all = [
    request('installed', 'a'),
    request('removed', 'gone'),
    request('installed', 'b', { recommends: false }),
    request('installed', 'there'),
  ];
  const answers = (await module.together?.(all, quietContext())) ?? [];
  assert.equal(changes.map(told), [['a= b=', 'gone']]);
  assert.is(changes[0]?.recommends, false);
  assert.equal(
    answers.map((a) => a.changed),
    [true, true, true, false],
  );
  const both = [request('installed', 'a'), request('removed', 'a')];
  assert.is(
    await code(() =>
      module.together?.(
        [request('installed', 'z1', { version: '1' }), request('installed', 'z1', { version: '2' })],
        quietContext(),
      ),
    ),
    'no-package',
  );
  const mixed = node({ a: '1' }, { a: '2' });
  const wish = [request('latest', 'a'), request('removed', 'a')];
  assert.is(await code(() => mixed.module.together?.(wish, quietContext())), 'contradiction');
  assert.is((await module.together?.(both.slice(0, 1), quietContext()))?.[0]?.changed, false);
  const versions = node({}, { a: '3' });
  const two = [request('installed', 'a', { version: '1' }), request('installed', 'a', { version: '2' })];
  assert.is(await code(() => versions.module.together?.(two, quietContext())), 'contradiction');
  assert.is(await code(() => module.together?.([request('installed', 'a', { verison: '1' })], quietContext())), 'bad-argument');
});

test('what no repository has yet: the lists are fetched once more, then it is an error', async () => {
  const { module } = node({}, {}, { late: '1' });
  assert.match((await ask(module, 'check', 'installed', 'late')).comment, /no repository has late yet/);
  assert.match((await ask(module, 'check', 'installed', 'late', { refresh: true })).comment, /no repository has late yet/);
  assert.is((await ask(module, 'apply', 'installed', 'late')).changed, true);
  assert.is(await code(() => ask(module, 'apply', 'installed', 'nonesuch')), 'no-package');
  assert.is((await ask(module, 'apply', 'installed', 'late', { refresh: true })).changed, false);
});

test('no name of a package is a flag, or a wish to remove', async () => {
  const { module } = node({}, {});
  for (const name of ['-y', 'a-', 'a=1', 'a b', '../a.deb'])
    assert.is(await code(() => ask(module, 'apply', 'installed', name)), 'bad-package', name);
  assert.is(await code(() => ask(module, 'apply', 'installed', 'x', { pkgs: ['-y'] })), 'bad-argument');
});

test('what dpkg and apt print', () => {
  const installed = parseInstalled(
    'a\tamd64\t1:2-3\tinstalled\nb\tall\t1\tconfig-files\nlib\tamd64\t1\tinstalled\nlib\ti386\t1\tinstalled\n',
  );
  assert.equal([...installed.keys()], ['a', 'a:amd64', 'lib', 'lib:amd64', 'lib:i386']);
  const policy =
    'a:\n  Installed: (none)\n  Candidate: 1:2-3\n  Version table:\n     1:2-3 500\nb:\n  Installed: 1\n  Candidate: (none)\n';
  assert.equal([...parsePolicy(policy)], [['a', '1:2-3']]);
});

test('dnf: the same, by what rpm and dnf print', async () => {
  const used: string[] = [];
  const manager = dnf(async ({ file, args }: Use) => {
    used.push([file, ...args].join(' '));
    const text = file === 'rpm' ? 'a\t(none):1-2\npackage b is not installed\n' : args.includes('repoquery') ? 'b\t0:3-4\n' : '';
    return { code: file === 'rpm' ? 1 : 0, signal: null, stdout: Buffer.from(text), stderr: Buffer.alloc(0), cut: false };
  });
  assert.equal([...(await manager.installed(['a', 'b']))], [['a', '1-2']]);
  assert.equal([...(await manager.candidates(['b']))], [['b', '3-4']]);
  const signal = quietContext().signal;
  await manager.change({
    install: new Map([
      ['b', undefined],
      ['c', '1-1'],
    ]),
    remove: ['d'],
    purge: false,
    recommends: false,
  });
  await manager.refresh(signal, 'own');
  assert.equal(used.slice(-3), [
    'dnf -y -q --setopt=install_weak_deps=False install b c-1-1',
    'dnf -y -q remove d',
    'dnf -y -q makecache --repo own',
  ]);
});

test('files of a repository', () => {
  const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\nx';
  const [sources, keyFile] = filesOf('apt', 'own', {
    uris: ['http://a', 'http://b'],
    suites: 'bookworm',
    components: ['main'],
    key,
    enabled: false,
  });
  assert.is(sources.path, '/etc/apt/sources.list.d/own.sources');
  assert.is(
    sources.content,
    'Types: deb\nURIs: http://a http://b\nSuites: bookworm\nComponents: main\nSigned-By: /etc/apt/keyrings/own.asc\nEnabled: no\n',
  );
  assert.equal([keyFile.path, keyFile.content], ['/etc/apt/keyrings/own.asc', `${key}\n`]);
  const [repo] = filesOf('dnf', 'own', { uris: 'http://a', key });
  assert.is(
    repo.content,
    '[own]\nname=own\nbaseurl=http://a\nenabled=1\ngpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-own\n',
  );
});

test('a transaction is not begun when the run has ended, and not ended when it has begun', async () => {
  const { module, changes } = node({}, { a: '1' });
  const request = { function: 'installed', name: 'a', args: {}, facts: {} };
  const ended = { ...quietContext(), signal: AbortSignal.abort() };
  assert.is(await code(() => module.apply(request, ended)), 'ended');
  assert.is(changes.length, 0);
  const uses: Use[] = [];
  const manager = apt(async (use: Use) => {
    uses.push(use);
    return { code: 0, signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), cut: false };
  });
  await manager.change({ install: new Map(), remove: ['d'], purge: false, recommends: true });
  assert.equal([uses[0]?.file, uses[0]?.signal], ['apt-get', undefined]);
});

test.run();
