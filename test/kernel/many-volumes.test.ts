import { readFileSync, writeFileSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, tables } from '#test/support/guest.js';

const disks = Array.from({ length: 8 }, (_, i) => `/dev/loop${i}`);
const volumes = Array.from({ length: 64 }, (_, i) => `v${i}`);

/** Every third is striped, the others go round the disks; sizes differ. */
function create(name: string, i: number): string[] {
  const layout = i % 3 === 0 ? ['--stripes', String(2 + (i % 4)), '--stripe-size', '8K'] : [disks[i % 8] ?? ''];
  return ['--', 'lv_create', name, '--size', `${1 + (i % 5)}M`, ...layout];
}

/** Sectors of disks that live tables use, as `major:minor start end`, from what dmsetup says. */
function used(): { disk: string; start: number; end: number }[] {
  return Object.values(tables())
    .flat()
    .flatMap((line) => {
      const [, size, type, ...args] = line.split(' ');
      const places = type === 'striped' ? args.slice(2) : args;
      const length = Number(size) / (places.length / 2);
      return places.flatMap((disk, i) =>
        i % 2 === 0 ? [{ disk, start: Number(places[i + 1]), end: Number(places[i + 1]) + length }] : [],
      );
    });
}

function overlaps(): unknown[] {
  const sorted = used().sort((a, b) => (a.disk < b.disk ? -1 : a.disk > b.disk ? 1 : a.start - b.start));
  return sorted.filter((e, i) => sorted[i - 1]?.disk === e.disk && (sorted[i - 1]?.end ?? 0) > e.start);
}

const mark = (name: string): Buffer => Buffer.alloc(4096, `${name} `);

guestTests({ loops: { count: 8, size: '64M' }, memory: '1500M' }, () => {
  const test = suite('64 volumes on 8 disks');

  test('half of them made in one transaction, half in four', async () => {
    await dvm`create vg ${disks} --extent-size 512K`;
    const one = await pipe`discover vg | tm update vg ${volumes.slice(0, 32).flatMap(create)}`;
    assert.is(one.document.seqno, 2);
    for (let at = 32; at < 64; at += 8)
      await pipe`discover vg | tm update vg ${volumes.slice(at, at + 8).flatMap((name, i) => create(name, at + i))}`;
    assert.equal(devices(), volumes.map((v) => `vg-${v}`).sort());
    assert.equal(overlaps(), []);
    assert.is(new Set(used().map((e) => e.disk)).size, 8);
    for (const name of volumes) writeFileSync(`/dev/dvm/vg/${name}`, mark(name), { flag: 'r+', flush: true });
  });

  test('all down, all up: the same tables, the same data', async () => {
    const before = tables();
    const down = await dvm`deactivate vg`;
    assert.is(down.devices.length, 64);
    assert.equal(devices(), []);
    await dvm`activate vg`;
    assert.equal(tables(), before);
    for (const name of volumes) assert.ok(readFileSync(`/dev/dvm/vg/${name}`).subarray(0, 4096).equals(mark(name)), name);
    assert.is((await dvm`activate vg`).changed, false);
  });

  test('the report has them all, with what is active', async () => {
    await pipe`discover vg | tm activate vg -- ${volumes.slice(0, 10).flatMap((v) => ['--deactivate', v])}`;
    const report = await pipe`discover vg | tm read vg | report vg --show lv --format json --sort lv_name`;
    const rows = JSON.parse(report.document.text).lv as { lv_name: string; lv_active: boolean; lv_size_sectors: number }[];
    assert.equal(rows.map((r) => r.lv_name).sort(), [...volumes].sort());
    assert.equal(
      rows
        .filter((r) => !r.lv_active)
        .map((r) => r.lv_name)
        .sort(),
      volumes.slice(0, 10).sort(),
    );
    const active = rows.filter((r) => r.lv_active);
    assert.is(
      active.reduce((n, r) => n + r.lv_size_sectors, 0),
      used().reduce((n, e) => n + e.end - e.start, 0),
    );
  });

  test('changed all at once: extended and renamed in one transaction, then removed', async () => {
    await dvm`activate vg`;
    const edits = volumes.flatMap((v, i) => [
      '--',
      'lv_rename',
      v,
      `w${i}`,
      '--',
      'lv_extend',
      `w${i}`,
      '--extents',
      i % 3 === 0 ? `+${2 + (i % 4)}` : '+1',
    ]);
    await pipe`discover vg | tm update vg ${edits}`;
    assert.equal(devices(), volumes.map((_, i) => `vg-w${i}`).sort());
    assert.equal(overlaps(), []);
    for (const [i, name] of volumes.entries())
      assert.ok(readFileSync(`/dev/dvm/vg/w${i}`).subarray(0, 4096).equals(mark(name)), name);
    await pipe`discover vg | tm update vg ${volumes.flatMap((_, i) => ['--', 'lv_remove', `w${i}`])}`;
    await dvm`remove vg`;
    assert.equal(devices(), []);
    assert.is((await dvm`list`).unlabelled.length, 8);
  });

  test.run();
});
