import { existsSync, readFileSync } from 'node:fs';
import type { Piece, StateResult, StateSummary } from '#states/documents/documents.js';
import { onThisNode } from '#states/run/on-this-node.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { sh } from '#test/support/guest.js';
import { nameOf, piece, planOf } from '#test/support/state-plan.js';

const state = (module: string, f: string, name: string, args: object, require: string[] = []): Piece =>
  piece(name, { require }, { module, function: f, args: { ...args } });

/** From blank disks to a mounted volume of this size. */
const pieces = (size: string, devices: string[]): Piece[] => [
  state('vg', 'present', 'vg', { devices }),
  state('lv', 'present', 'vg/data', { size }, ['vg']),
  state('fs', 'formatted', '/dev/dvm/vg/data', { type: 'ext4', label: 'data' }, ['vg/data']),
  state('mount', 'mounted', '/srv/data', { device: '/dev/dvm/vg/data', fstype: 'ext4', options: ['noatime'] }, [
    '/dev/dvm/vg/data',
  ]),
  state('file', 'managed', '/srv/data/hello', { content: 'hello\n' }, ['/srv/data']),
];

async function runs(plan: Piece[], check = false): Promise<string[]> {
  const none = { secrets: undefined, modules: undefined, keys: undefined, resume: false, failhard: false };
  const options = { ...none, check, jobs: 4, wait: '0s', record: '/tmp/record', note: () => {} };
  const lines: (StateResult | StateSummary)[] = [];
  for await (const line of onThisNode(planOf(plan), options)) lines.push(line);
  return lines.flatMap((l) =>
    l.kind === 'state-result' ? [`${nameOf(l.key)} ${l.result === 'failed' ? l.comment : l.changed}`] : [],
  );
}

const all = (changed: string) => pieces('', []).map((p) => `${p.name} ${changed}`);
const room = () => Number(sh`df --output=size -B1M /srv/data`.trim().split('\n')[1]);

guestTests({ disks: ['300M', '300M'], memory: '512M' }, () => {
  const test = suite('storage as states');
  const mib64 = pieces('64M', ['/dev/ubda']);

  test('a check of blank disks says what would be, and touches nothing', async () => {
    assert.equal(await runs(mib64, true), all('true'));
    assert.is(existsSync('/srv/data'), false);
    assert.match(sh`wipefs /dev/ubda`, /^$/);
  });

  test('blank disks become a mounted volume with a file in it', async () => {
    assert.equal(await runs(mib64), all('true'));
    assert.is(readFileSync('/srv/data/hello', 'utf8'), 'hello\n');
    assert.match(readFileSync('/etc/fstab', 'utf8'), /^\/dev\/dvm\/vg\/data \/srv\/data ext4 noatime 0 0$/m);
    assert.match(sh`findmnt -no OPTIONS /srv/data`, /noatime/);
  });

  test('once more: nothing changes', async () => {
    assert.equal(await runs(mib64), all('false'));
  });

  test('a second run grows it, while it is mounted, over one disk more', async () => {
    const before = room();
    const larger = pieces('400M', ['/dev/ubda', '/dev/ubdb']);
    const changed = [true, true, false, false, false];
    assert.equal(
      await runs(larger),
      larger.map((p, i) => `${p.name} ${changed[i]}`),
    );
    assert.ok(before < 64 && room() > 340, `${before} MiB, then ${room()} MiB`);
    assert.is(readFileSync('/srv/data/hello', 'utf8'), 'hello\n');
    assert.equal(await runs(larger), all('false'));
  });

  test('smaller is refused, another file system too, and nothing is lost', async () => {
    assert.match((await runs(pieces('64M', ['/dev/ubda', '/dev/ubdb'])))[1] ?? '', /larger than 64M/);
    const xfs = [state('fs', 'formatted', '/dev/dvm/vg/data', { type: 'xfs' })];
    assert.match((await runs(xfs))[0] ?? '', /carries ext4, not xfs/);
    assert.match((await runs([state('fs', 'formatted', '/dev/no-such', { type: 'xfs' })]))[0] ?? '', /is no block device/);
    const other = [state('mount', 'mounted', '/srv/data', { device: '/dev/ubda', fstype: 'ext4', persist: false })];
    assert.match((await runs(other))[0] ?? '', /something else is mounted/);
    const none = [state('mount', 'mounted', '/srv/x', { device: '/dev/no-such', fstype: 'ext4', persist: false })];
    assert.match((await runs(none))[0] ?? '', /is no block device/);
    assert.is(readFileSync('/srv/data/hello', 'utf8'), 'hello\n');
  });

  test('and all of it back', async () => {
    const down = [
      state('mount', 'unmounted', '/srv/data', {}),
      state('lv', 'absent', 'vg/data', {}, ['/srv/data']),
      state('vg', 'absent', 'vg', {}, ['vg/data']),
    ];
    assert.equal(await runs(down), ['/srv/data true', 'vg/data true', 'vg true']);
    assert.not.match(readFileSync('/etc/fstab', 'utf8'), /srv/);
    assert.equal(await runs(down), ['/srv/data false', 'vg/data false', 'vg false']);
  });

  test.run();
});
