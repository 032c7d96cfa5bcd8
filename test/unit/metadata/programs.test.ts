import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { toolCommand } from '#test/support/runtime.js';
import { canonicalLines } from '#tool/json.js';
import { groupOf, lvId, MIB, metadataOf, pvId } from './fixtures.js';

/** Every program of the suite as a process: one document in, one out. */
const test = suite('the metadata filters as programs');

interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

function run(tool: string, args: string[], input: string): Run {
  const [file, ...first] = toolCommand(tool);
  return spawnSync(file, [...first, ...args], { input, encoding: 'utf8' });
}

function ok(tool: string, args: string[], input: string, note: RegExp = /^$/): string {
  const { status, stdout, stderr } = run(tool, args, input);
  assert.is(status, 0, stderr);
  assert.match(stderr, note);
  return stdout;
}

const at = ['--time', '2026-01-02T03:04:05+02:00'];
const bare = canonicalLines(metadataOf([16, 16]), 2);

test('a pipeline from an empty group to volumes', () => {
  let text = canonicalLines(groupOf([66, 66]));
  text = ok('vg_create', ['--extent-size', '1M', '--tag', '@t', '--allocation', 'cling'], text);
  text = ok('vg_set', ['--allocation', 'normal', '--extent-size', '4M', '--del-tag', 't'], text);
  text = ok(
    'lv_create',
    ['data', '-L', '10M', '-i', '2', '-I', '32K', '--id', lvId(1), ...at, '--tag', 'x'],
    text,
    /rounded up to 4 extents/,
  );
  text = ok(
    'lv_create',
    ['other', '/dev/loop1:10-', '-l', '2', '--id', lvId(2), ...at, '--read-only', '--no-autoactivate'],
    text,
  );
  text = ok('lv_extend', ['data', '--size', '+8M'], text);
  text = ok('lv_reduce', ['data', '--size', '-8M'], text, /must have been shrunk first/);
  text = ok('lv_rename', ['data', 'data-2'], text);
  text = ok('lv_set', ['@x', '--add-tag', 'y', '--read-only', 'off', '--autoactivate', 'on', '--allocation', 'contiguous'], text);
  text = ok('vg_check', [], text);
  const lvs = {
    [lvId(1)]: {
      name: 'data-2',
      created: '2026-01-02T01:04:05Z',
      allocation: 'contiguous',
      segments: [
        { start: 0, count: 4, type: 'striped', stripeSize: 64, areas: [{ pv: pvId(0), extent: 0 }, { pv: pvId(1), extent: 0 }] }, // biome-ignore format: one line
      ],
      tags: ['x', 'y'],
    },
    [lvId(2)]: {
      name: 'other',
      created: '2026-01-02T01:04:05Z',
      segments: [{ start: 0, count: 2, type: 'linear', areas: [{ pv: pvId(1), extent: 10 }] }],
      readOnly: true,
      autoactivate: false,
    },
  };
  const metadata = { ...metadataOf([16, 16]), lvs } as ReturnType<typeof metadataOf>;
  assert.is(text, canonicalLines(groupOf([66, 66], metadata)));
});

test('PVs: remove, add, resize, set', () => {
  let text = canonicalLines(groupOf([66, 130], metadataOf([16, 16])));
  text = ok('pv_remove', ['/dev/loop0'], text);
  text = ok('pv_add', [], text);
  text = ok('pv_add', [pvId(0)], text, /every PV is already there/);
  text = ok('pv_resize', ['/dev/loop1'], text);
  text = ok('pv_set', ['/dev/loop1', '--allocatable', 'off', '--add-tag', '@slow'], text);
  const { pvs } = JSON.parse(text).metadata;
  assert.equal(pvs, {
    [pvId(0)]: { dataStart: MIB, extents: 16 },
    [pvId(1)]: { dataStart: MIB, extents: 32, allocatable: false, tags: ['slow'] },
  });
});

test('a batch, and back again', () =>
  inTmp((dir) => {
    const [old, edits, since] = ['old', 'edits', 'since'].map((f) => join(dir, f)) as [string, string, string];
    writeFileSync(old, bare);
    writeFileSync(
      edits,
      `lv_create a -l 2 --id ${lvId(1)} ${at.join(' ')}\n["lv_create","b","-L","5M","--id","${lvId(2)}"]\nlv_rename b c\n`,
    );
    writeFileSync(since, '{"kind":"changes","version":1,"steps":[]}');
    const text = ok('vg_batch', [edits], bare, /^line 2: volume "b": rounded up to 2 extents, 8M\n$/);
    assert.equal(
      Object.values<{ name: string }>(JSON.parse(text).lvs).map((lv) => lv.name),
      ['a', 'c'],
    );
    assert.is(ok('vg_rollback', [old, '--since', since, '--force'], text, /volume "a" is not in that version: it goes/), bare);
    const refusals: [string, string[], string][] = [
      ['vg_batch', [old], '65 bad-edit'],
      ['vg_batch', ['-'], '64 two-inputs'],
      ['vg_batch', [join(dir, 'none')], '66 no-input'],
      ['vg_rollback', [edits], '65 bad-json'],
      ['vg_rollback', [old, '--since', old], '65 wrong-kind'],
    ];
    for (const [tool, args, expected] of refusals) {
      const { status, stderr } = run(tool, args, text);
      assert.is(`${status} ${JSON.parse(stderr).code}`, expected);
    }
  }));

test('going back: to a version of another group, or from before there was metadata', () =>
  inTmp((dir) => {
    const old = join(dir, 'old');
    const group = groupOf([66], metadataOf([16]));
    const refusal = (document: object): string => {
      writeFileSync(old, canonicalLines(document));
      const { status, stderr } = run('vg_rollback', [old], canonicalLines(group));
      return `${status} ${JSON.parse(stderr).code}`;
    };
    const { envelope } = group;
    assert.is(refusal({ ...group, envelope: { ...envelope, group: { id: pvId(7), name: 'vg' } } }), '65 wrong-group');
    assert.is(refusal({ ...group, metadata: {} }), '80 no-metadata');
  }));

test('a place for a region, and its extents reserved', () => {
  const text = canonicalLines(groupOf([66, 66], metadataOf([16, 16])));
  const found = JSON.parse(ok('pv_place', ['/dev/loop1', '--size', '6M', '--region', '1M+2M'], text));
  assert.equal(found, { kind: 'place', version: 1, pv: pvId(1), start: MIB, length: 6 * MIB });
  const { pvs } = JSON.parse(ok('pv_reserve', ['/dev/loop1', '1M+6M', '20M+1M'], text)).metadata;
  assert.equal(pvs[pvId(1)].reserved, [
    { extent: 0, count: 2 },
    { extent: 4, count: 1 },
  ]);
});

test('a bare metadata document stays one, each volume and PV on a line', () => {
  let text = ok('lv_create', ['a', '-l', '1', '--id', lvId(1), ...at], bare);
  text = ok('lv_create', ['b', '-l', '1', '--id', lvId(2), ...at], text);
  const lines = text.split('\n');
  assert.is(lines.filter((l) => /^"(lv|pv)[a-z]+":\{.*\},?$/.test(l)).length, 4, text);
  assert.is(ok('lv_remove', ['a', 'b'], text), bare);
});

test('what is already so is said, and changes nothing', () => {
  const text = ok('lv_create', ['a', '-l', '4', '--id', lvId(1), ...at], bare);
  assert.is(ok('lv_extend', ['a', '-l', '4'], text, /already has 4 extents/), text);
  assert.is(ok('lv_reduce', ['a', '-l', '4'], text, /already has 4 extents/), text);
  assert.is(ok('lv_rename', ['a', 'a'], text, /already has that name/), text);
});

test('random ids and the present time unless given', () => {
  const ids = [1, 2].map(() => Object.entries<{ created: string }>(JSON.parse(ok('lv_create', ['a', '-l', '4'], bare)).lvs)[0]);
  assert.is.not(ids[0]?.[0], ids[1]?.[0]);
  assert.match(ids[0]?.[1].created ?? '', /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

const refused: [string, string[], number, string][] = [
  ['lv_create', ['a', '-l', '33'], 82, 'no-space'],
  ['lv_create', ['a', '-l', '1', '--id', 'X'], 64, 'bad-id'],
  ['lv_create', ['a', '-l', '1', '--time', '2026-13-01T00:00:00Z'], 64, 'bad-time'],
  ['lv_create', ['a', '-l', '1', '--time', 'now'], 64, 'bad-time'],
  ['lv_create', ['a', '-l', '1', '--allocation', 'lucky'], 64, 'bad-option'],
  ['lv_create', ['a', '-L', '5'], 64, 'bad-size'],
  ['lv_extend', ['a', '-l', '1'], 80, 'no-volume'],
  ['lv_reduce', ['a', '-l', '1'], 80, 'no-volume'],
  ['lv_remove', ['a'], 80, 'no-volume'],
  ['lv_rename', ['a', 'b'], 80, 'no-volume'],
  ['lv_set', ['a'], 80, 'no-volume'],
  ['pv_add', [], 65, 'no-devices'],
  ['pv_remove', ['/dev/sda'], 80, 'no-pv'],
  ['pv_resize', [pvId(0)], 65, 'no-devices'],
  ['pv_set', ['/dev/sda'], 80, 'no-pv'],
  ['vg_create', [], 65, 'wrong-kind'],
  ['vg_set', ['--extent-size', '3M'], 64, 'bad-extent-size'],
];
for (const [tool, args, code, word] of refused)
  test(`${tool} ${args.join(' ')}: ${word}`, () => {
    const { status, stdout, stderr } = run(tool, args, bare);
    assert.is(`${status} ${JSON.parse(stderr).code}`, `${code} ${word}`);
    assert.is(stdout, '');
  });

test('vg_check refuses what is not sound', () => {
  const lvs = { [lvId(1)]: { name: 'a', segments: [] } };
  const { status, stdout, stderr } = run('vg_check', [], canonicalLines(metadataOf([1], { lvs })));
  assert.is(`${status} ${JSON.parse(stderr).code} ${stdout}`, '65 bad-metadata ');
});

test.run();
