import { tool as dvm } from '#dvm/commands/dvm.js';
import { extendVolume, reduceVolume } from '#dvm/resize-verbs.js';
import * as verbs from '#dvm/verbs.js';
import { shellText, withOptions } from '#pipeline/pipeline.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { Text } from '#tool/command.js';
import type { DvmError } from '#tool/errors.js';
import { invoke } from '#tool/invoke.js';

const test = suite('dvm verbs');

const shown = (pipelines: Parameters<typeof shellText>[0][]): string[] => pipelines.map(shellText);

test('a target is a group or a volume of one', async () => {
  assert.equal(verbs.parseTarget('vg'), { group: 'vg', volume: undefined });
  assert.equal(verbs.parseTarget('vg/lv'), { group: 'vg', volume: 'lv' });
  for (const bad of ['', '/', 'vg/', '/lv', 'a/b/c', '-x', 'vg/-x'])
    assert.is((await thrown<DvmError>(() => verbs.parseTarget(bad))).code, 'bad-target');
  assert.is((await thrown<DvmError>(() => verbs.find('-1'))).code, 'bad-target');
  assert.equal(verbs.find('list'), ['discover', 'find', 'list']);
});

test('words and options that other programs would take for something else are refused', async () => {
  const run = (...argv: string[]) =>
    invoke(dvm, ['--print', ...argv], { readInput: async () => Buffer.alloc(0), note: () => {} });
  for (const [message, ...argv] of [
    ['argument "-x" starts with a hyphen, which no name does', 'rename', 'vg/a', '--', '-x'],
    ['argument "-x" starts with a hyphen, which no name does', 'move', 'vg', '--', '-x'],
    ['no device is named for group "vg"', 'extend', 'vg'],
    ['no device is named for group "vg"', 'reduce', 'vg'],
    ['no device is named for group "vg"', 'create', 'vg'],
    ['option "--size" is for volumes', 'extend', 'vg', '/dev/a', '--size', '1G'],
    ['option "--wipe" is for groups', 'extend', 'vg/a', '--size', '1G', '--wipe'],
    ['option "--extent-size" is for groups', 'create', 'vg/a', '--size', '1G', '--extent-size', '1M'],
    ['option "--stripes" is for volumes', 'create', 'vg', '/dev/a', '--stripes', '2'],
    ['option "--force" is for volumes', 'reduce', 'vg', '/dev/a', '--force'],
    ['option "--read-only" is for volumes', 'set', 'vg', '--read-only', 'on'],
    ['"vg/a" names a volume', 'merge', 'vg/a', 'other'],
    ['"vg" names no volume', 'merge', 'vg'],
    ['unexpected argument "/dev/a": volume "a" is reduced', 'reduce', 'vg/a', '/dev/a', '--size', '1G'],
  ])
    assert.is((await thrown<DvmError>(() => run(...argv))).message, message);
  const { output } = await run('create', 'vg/a', '--tag=--', '--size', '1G');
  assert.match((output as Text).text, / lv_create a --size 1G --tag=--\n$/);
});

test('create a group: label each device, then one transaction', () => {
  assert.equal(
    shown(verbs.createGroup('vg', { devices: ['/dev/a', '/dev/b'], add: ['--wipe'], create: ['--extent-size', '1M'] }, [])),
    [
      'discover add --new --wipe vg /dev/a',
      'discover add --new --wipe vg /dev/b',
      'discover vg | tm init vg -- vg_create --extent-size 1M',
    ],
  );
});

test('of many devices some carry the metadata, far apart', () => {
  const devices = Array.from({ length: 12 }, (_, i) => `/dev/${i}`);
  const carriers = (copies?: number) =>
    shown(verbs.createGroup('vg', { devices, add: [], create: [], copies }, [])).flatMap((line) =>
      line.startsWith('discover add') && !line.endsWith(' none') ? [Number(line.split('/').at(-1))] : [],
    );
  assert.is(carriers().length, 8);
  assert.equal(carriers(3), [0, 5, 11]);
  assert.is(carriers(Number.POSITIVE_INFINITY).length, 12);
});

test('a dry run of a group only looks at the devices', () => {
  assert.equal(shown(verbs.createGroup('vg', { devices: ['/dev/a'], add: [], create: [] }, ['--dry-run'])), [
    'discover add --dry-run --new vg /dev/a',
  ]);
  assert.equal(shown(verbs.extendGroup('vg', ['/dev/a'], ['--dry-run'], [])), ['discover add --dry-run vg /dev/a']);
  assert.equal(shown(verbs.reduceGroup('vg', ['/dev/a'], ['--dry-run'])), [
    'discover vg | tm reduce --dry-run vg /dev/a -- pv_remove /dev/a',
  ]);
});

test('volumes: one transaction each', () => {
  assert.equal(shown(verbs.createVolume('vg', 'lv', ['--no-activate'], ['--size', '1G'])), [
    'discover vg | tm update --no-activate vg -- lv_create lv --size 1G',
  ]);
  assert.equal(shown(verbs.removeVolume('vg', 'lv', [])), ['discover vg | tm update vg -- lv_remove lv']);
  assert.equal(shown(verbs.setVolume('vg', 'lv', [], ['--add-tag', 't'])), [
    'discover vg | tm update vg -- lv_set lv --add-tag t',
  ]);
});

test('larger: the volume, then its file system', () => {
  const resize = { group: 'vg', volume: 'lv', words: ['--size', '+1G'] };
  const grow = 'discover vg | tm update vg -- lv_extend lv --size +1G';
  assert.equal(shown(extendVolume({ ...resize, tm: [], fs: 'ignore' })), [grow]);
  assert.equal(shown(extendVolume({ ...resize, tm: [], fs: 'fit' })), [grow, 'discover vg | tm read vg | fs_resize lv']);
  assert.is(
    shown(extendVolume({ ...resize, tm: ['--dry-run'], fs: 'fit' })).at(-1),
    'discover vg | tm read vg | lv_extend lv --size +1G | fs_resize --dry-run lv',
  );
});

test('smaller: the file system, then the volume; looked at unless told not to', () => {
  const resize = { group: 'vg', volume: 'lv', words: ['--size', '1G'] };
  const shrink = 'discover vg | tm update vg -- lv_reduce lv --size 1G';
  const first = (flag: string) => `discover vg | tm read vg | lv_reduce lv --size 1G | fs_resize ${flag}lv`;
  assert.equal(shown(reduceVolume({ ...resize, tm: [], fs: 'fit' })), [first(''), shrink]);
  assert.equal(shown(reduceVolume({ ...resize, tm: [], fs: 'check' })), [first('--check '), shrink]);
  assert.equal(shown(reduceVolume({ ...resize, tm: [], fs: 'ignore' })), [shrink]);
  assert.is(shown(reduceVolume({ ...resize, tm: ['--kernel', 'sim:f'], fs: 'check' })).length, 1);
});

test('groups: rename, split, merge, reduce, remove', () => {
  assert.equal(shown(verbs.splitGroup('vg', 'new', ['/dev/a', '/dev/b'], [])), ['discover vg | tm split vg new /dev/a /dev/b']);
  assert.equal(shown(verbs.mergeGroup('new', 'vg', ['--dry-run'])), ['discover new | tm merge --dry-run new vg']);
  assert.equal(shown(verbs.rename({ group: 'vg', volume: undefined }, 'new', [])), ['discover vg | tm rename vg new']);
  assert.equal(shown(verbs.rename({ group: 'vg', volume: 'a' }, 'b', [])), ['discover vg | tm update vg -- lv_rename a b']);
  assert.equal(shown(verbs.reduceGroup('vg', ['/dev/a', '/dev/b'], [])), [
    'discover vg | tm reduce vg /dev/a /dev/b -- pv_remove /dev/a /dev/b',
    'discover rm vg --if-there /dev/a /dev/b',
  ]);
  assert.equal(shown(verbs.removeGroup('vg', [])), ['discover vg | tm destroy vg', 'discover rm vg --all']);
});

test('activation is selection', () => {
  const vg = { group: 'vg', volume: undefined };
  assert.equal(shown(verbs.activate(vg, true, false, [])), ['discover vg | tm activate vg -- --all']);
  assert.equal(shown(verbs.activate(vg, true, true, [])), ['discover vg | tm activate vg -- --auto']);
  assert.equal(shown(verbs.activate(vg, false, false, [])), ['discover vg | tm activate vg -- --none']);
  assert.equal(shown(verbs.activate({ ...vg, volume: 'a' }, false, false, [])), [
    'discover vg | tm activate vg -- --deactivate a',
  ]);
});

test('versions and batches', () => {
  assert.equal(shown(verbs.diff('vg', ['-1', 'current'])), ['discover vg | tm diff vg -1 current']);
  assert.equal(shown(verbs.rollback('vg', '-1', ['--force'])), ['discover vg | tm rollback --force vg -1']);
  assert.equal(shown(verbs.batch('vg', 'my edits', [])), ["discover vg | tm update --batch 'my edits' vg"]);
  assert.equal(shown(verbs.batch('vg', 'edits', ['--no-wipe'])), ['discover vg | tm update --no-wipe --batch edits vg']);
});

test('regions', () => {
  assert.equal(shown(verbs.regions('grow', 'vg', ['/dev/a'], ['--size', '8M'])), [
    'discover vg | tm regions --size 8M grow vg /dev/a',
  ]);
});

test('what is shown can be pasted into a shell', () => {
  assert.is(shellText([['report', "it's", 'a b', '', '$(x)']]), `report 'it'\\''s' 'a b' '' '$(x)'`);
  assert.equal(withOptions(['tm', 'read', 'vg'], ['-c', 'f']), ['tm', '-c', 'f', 'read', 'vg']);
});

test.run();
