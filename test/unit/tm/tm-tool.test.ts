import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockGroup } from '#blockdev/locks.js';
import { assert, suite } from '#test/support/check.js';
import { errorOf, seqno, update, withGroup } from '#test/support/tm-bench.js';

/** tm as a process among processes, on image files: mutators of every bad kind, locks, stale and damaged devices. */
const test = suite('tm as a program');

test('bad mutators change nothing and say what happened', () =>
  withGroup(2, async (b) => {
    const cases: [string, string, number, RegExp][] = [
      ['silent', 'cat >/dev/null', 88, /printed nothing/],
      ['deaf', 'exit 0', 88, /printed nothing/],
      ['rubbish', 'echo "hello {"', 88, /not JSON/],
      ['half', 'head -c 100', 88, /not JSON/],
      ['twice', 'tee /dev/stderr 2>/dev/null; echo "{}"', 88, /not JSON/],
      ['other', `echo '{"kind":"devices","version":1}'`, 88, /something else than a group/],
      ['failing', 'cat >/dev/null; echo oops >&2; exit 7', 88, /failed with exit code 7/],
      ['killed', 'kill -9 $$', 88, /killed by SIGKILL/],
      ['greedy', `sed 's/"seqno":1/"seqno":5/'`, 88, /changed the envelope/],
      ['breaker', `sed 's/"extentSize":2048/"extentSize":3/'`, 65, /extentSize/],
    ];
    for (const [name, body, exit, message] of cases) {
      const r = await b.tm(update(b.script(name, body)));
      assert.match(errorOf(r).message, message, name);
      assert.is(r.code, exit, `${name}: ${r.stderr}`);
    }
    assert.is(await seqno(b), 1);
    assert.match((await b.tm(['history', 'vg'])).stdout, /"versions":\[\{[^{}]*\}\]/);
  }));

test('programs are ours by name, others by path only', () =>
  withGroup(1, async (b) => {
    assert.is(errorOf(await b.tm(update('cat'))).code, 'no-program');
    assert.is(errorOf(await b.tm(update('../bin/none'))).code, 'program-failed');
    assert.is((await b.tm(update('/bin/cat'))).code, 0);
  }));

test('a pipeline of mutators is one transaction, all or nothing', () =>
  withGroup(2, async (b) => {
    const two = await b.tm(update('lv_create', 'a', '--size', '3M', '--', 'lv_create', 'b', '--size', '2M'));
    assert.is(two.code, 0, two.stderr);
    assert.is(await seqno(b), 2);
    const failed = await b.tm(update('lv_create', 'c', '--size', '1M', '--', 'lv_create', 'a', '--size', '1M'));
    assert.is(failed.code, 81);
    assert.is(await seqno(b), 2);
    assert.match((await b.tm(['read', 'vg'])).stdout, /"name":"b"/);
    assert.not.match((await b.tm(['read', 'vg'])).stdout, /"name":"c"/);
  }));

test('an edit that changes nothing writes nothing', () =>
  withGroup(1, async (b) => {
    const r = await b.tm(update('vg_check'));
    assert.match(r.stdout, /"changed":false/);
    assert.is(await seqno(b), 1);
  }));

test('a locked group is busy, and the holder is named; --wait waits', () =>
  withGroup(1, async (b) => {
    const devices = await b.discover();
    const { group } = JSON.parse(devices) as { group: { id: string } };
    const lock = await lockGroup(group.id);
    const r = await b.tm(update('lv_create', 'a', '--size', '1M'), devices);
    assert.is(r.code, 75);
    assert.match(errorOf(r).message, new RegExp(`pid ${process.pid}`));
    const waiting = b.tm(['update', 'vg', '--no-activate', '--wait', '20', '--', 'lv_create', 'a', '--size', '1M'], devices);
    setTimeout(() => lock.release(), 300);
    assert.is((await waiting).code, 0);
    assert.is((await b.tm(['read', 'vg'], devices)).code, 0, 'readers need no lock');
  }));

test('a stale devices document is refused under the lock', () =>
  withGroup(2, async (b) => {
    const devices = await b.discover();
    const [first = '', second = ''] = b.disks;
    writeFileSync(second, Buffer.alloc(32 << 20));
    assert.is(errorOf(await b.tm(update('vg_check'), devices)).code, 'stale-devices');
    rmSync(second);
    assert.is(errorOf(await b.tm(update('vg_check'), devices)).code, 'no-device');
    assert.is((await b.tm(['read', 'vg'], devices)).code, 84, 'one of two regions cannot be read');
    assert.is((await b.tm(['read', 'vg', '--degraded'], devices)).code, 0);
    assert.ok(first);
  }));

test('a missing device: read refuses, --degraded reads, recover goes on without it and takes it back', () =>
  withGroup(3, async (b) => {
    const third = b.disks[2] ?? '';
    const away = `${third}.away`;
    mkdirSync(join(b.dir, 'attic'));
    const { renameSync } = await import('node:fs');
    const lost =
      Object.entries((JSON.parse(await b.discover()) as { devices: Record<string, { path: string }> }).devices).find(
        ([, d]) => d.path === third,
      )?.[0] ?? '';
    renameSync(third, away);
    const config = JSON.stringify({ kind: 'config', version: 1, discover: { files: b.disks.slice(0, 2), reject: ['^/dev/'] } });
    writeFileSync(b.config, config, { mode: 0o600 });
    assert.is((await b.tm(['verify', 'vg'])).code, 84);
    assert.is(errorOf(await b.tm(['read', 'vg'])).code, 'missing-devices');
    assert.is((await b.tm(['read', 'vg', '--degraded'])).code, 0);
    assert.is(errorOf(await b.tm(update('lv_create', 'a', '--size', '1M'))).code, 'missing-devices');
    assert.is(errorOf(await b.tm(['recover', 'vg', '--no-activate', '--without', b.disks[0] ?? ''])).code, 'not-missing');
    assert.is((await b.tm(['recover', 'vg', '--no-activate', '--without', lost])).code, 0);
    const r = await b.tm(update('lv_create', 'a', '--size', '1M'));
    assert.is(r.code, 0, r.stderr);
    renameSync(away, third);
    writeFileSync(b.config, config.replace(JSON.stringify(b.disks.slice(0, 2)), JSON.stringify(b.disks)), { mode: 0o600 });
    const meanwhile = await b.tm(update('lv_create', 'b', '--size', '1M'));
    assert.is(meanwhile.code, 0, meanwhile.stderr);
    assert.match(meanwhile.stderr, new RegExp(`^note: PV ${lost} is there again, and not kept up`));
    assert.is((await b.tm(['verify', 'vg'])).code, 85);
    const back = await b.tm(['recover', 'vg', '--no-activate']);
    assert.is(back.code, 0, back.stderr);
    assert.match((await b.tm(['verify', 'vg', '--full'])).stdout, /"state":"ok"/);
    assert.is((await b.tm(update('lv_create', 'c', '--size', '1M'))).code, 0);
  }));

test('two halves that were changed apart have diverged: refused, described, resolved by naming a side', () =>
  withGroup(2, async (b) => {
    const [first = '', second = ''] = b.disks;
    const devices = JSON.parse(await b.discover()) as { devices: Record<string, { path: string }> };
    const pv = (path: string): string => Object.entries(devices.devices).find(([, d]) => d.path === path)?.[0] ?? '';
    const only = (path: string): string =>
      JSON.stringify({ ...devices, devices: { [pv(path)]: devices.devices[pv(path)] }, missing: {} });
    for (const [here, there, volume] of [
      [first, second, 'left'],
      [second, first, 'right'],
    ] as const) {
      assert.is((await b.tm(['recover', 'vg', '--no-activate', '--without', pv(there)], only(here))).code, 0);
      assert.is((await b.tm(update('lv_create', volume, '--size', '1M'), only(here))).code, 0);
    }
    const e = errorOf(await b.tm(update('vg_check')));
    assert.is(e.code, 'diverged');
    assert.is((e.details as { sides: unknown[] }).sides.length, 2);
    assert.match((await b.tm(['verify', 'vg'])).stdout, /"state":"diverged"/);
    const r = await b.tm(['recover', 'vg', '--no-activate', '--from', pv(first)]);
    assert.is(r.code, 0, r.stderr);
    const text = (await b.tm(['read', 'vg'])).stdout;
    assert.match(text, /"name":"left"/);
    assert.not.match(text, /"name":"right"/);
  }));

test('an earlier version can be read by the beginning of its id', () =>
  withGroup(1, async (b) => {
    await b.tm(update('lv_create', 'a', '--size', '1M'));
    const { versions } = JSON.parse((await b.tm(['history', 'vg'])).stdout) as { versions: { txn: string }[] };
    assert.is(versions.length, 2);
    const old = await b.tm(['read', 'vg', '--txn', (versions[1]?.txn ?? '').slice(0, 8)]);
    assert.is(old.code, 0, old.stderr);
    assert.not.match(old.stdout, /"name":"a"/);
    assert.is(errorOf(await b.tm(['read', 'vg', '--txn', 'ffff'])).code, 'no-version');
  }));

test('a batch is one transaction, all or nothing; a line that fails is named', () =>
  withGroup(1, async (b) => {
    const file = join(b.dir, 'edits');
    const batch = (text: string) => {
      writeFileSync(file, text);
      return b.tm(['update', 'vg', '--no-activate', '--batch', file]);
    };
    const many = Array.from({ length: 20 }, (_, i) => `lv_create v${i} --size 1M\n`).join('');
    const done = await batch(`# twenty\n${many}["lv_rename","v3","my volume"]\n`);
    assert.is(done.code, 0, done.stderr);
    assert.is(await seqno(b), 2);
    assert.match((await b.tm(['read', 'vg'])).stdout, /"name":"my volume"/);
    const failed = await batch('lv_create a --size 1M\n\nlv_create v1 --size 1M\n');
    assert.is(failed.code, 81);
    assert.match(errorOf(failed).message, /^line 3, "lv_create v1 --size 1M": volume "v1" already exists/);
    assert.is(errorOf(await batch('rm -rf')).code, 'bad-edit');
    assert.is(await seqno(b), 2);
    assert.is(errorOf(await b.tm(['update', 'vg', '--batch', '-'])).code, 'two-inputs');
    assert.is(errorOf(await b.tm(['update', 'vg', '--batch', file, '--', 'vg_check'])).code, 'two-inputs');
    assert.is(errorOf(await b.tm(['update', 'vg', '--batch', join(b.dir, 'none')])).code, 'no-input');
  }));

test('diff and rollback among processes', () =>
  withGroup(1, async (b) => {
    assert.is((await b.tm(update('lv_create', 'a', '--size', '1M'))).code, 0);
    assert.is((await b.tm(update('lv_remove', 'a'))).code, 0);
    const { changes } = JSON.parse((await b.tm(['diff', 'vg', '-1'])).stdout) as { changes: { before: { name: string } }[] };
    assert.equal(
      changes.map((c) => c.before.name),
      ['a'],
    );
    const r = await b.tm(['rollback', 'vg', '-1', '--no-activate']);
    assert.is(r.code, 0, r.stderr);
    assert.is(await seqno(b), 4);
    assert.match((await b.tm(['read', 'vg'])).stdout, /"name":"a"/);
    assert.is(errorOf(await b.tm(['rollback', 'vg', 'never', '--no-activate'])).code, 'bad-version');
  }));

test('wrong words', () =>
  withGroup(1, async (b) => {
    assert.is(errorOf(await b.tm(['read', 'other'])).code, 'wrong-group');
    assert.is(errorOf(await b.tm(['update', 'vg'])).code, 'missing-argument');
    assert.is(errorOf(await b.tm(['update', 'vg', '--wait', 'soon', '--', 'vg_check'])).code, 'bad-option');
    assert.is(errorOf(await b.tm(['init', 'vg', '--no-activate'])).code, 'already-initialised');
    assert.is(errorOf(await b.tm(['reduce', 'vg', '/dev/none', '--no-activate'])).code, 'no-pv');
    assert.is(errorOf(await b.tm(['reduce', 'vg', b.disks[0] ?? '', '--no-activate'])).code, 'last-region');
    assert.is(errorOf(await b.tm(['destroy', 'vg', '--dry-run'])).code, 'no-dry-run');
  }));

test.run();
