import { idPattern, isId, newId, newTxn, noTxn, txnPattern } from '#documents/ids.js';
import { checkName, dmName, mangle, splitDmName } from '#documents/names.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';

const names = suite('names');

names('accepted', () => {
  for (const name of [
    'a',
    'data',
    'my-vol',
    'a--b',
    'x.y',
    '...',
    'Größe',
    'a b',
    'tdata',
    '_tdata1x',
    'cow',
    '😀',
    'a'.repeat(127),
    '5',
  ])
    assert.is(checkName(name, 'volume'), name);
});

names('refused, with the reason', async () => {
  const cases: [string, string][] = [
    ['', 'is empty'],
    ['.', 'is a directory'],
    ['..', 'is a directory'],
    ['-a', 'starts with a hyphen'],
    ['a/b', 'contains a slash'],
    ['a\\x20b', 'contains "\\x", which dmsetup takes for a byte encoded twice and then lists no device at all'],
    ['a\nb', 'contains a control character'],
    ['a\u0000', 'contains a control character'],
    ['a\u001b[2J', 'contains a control character'],
    ['a\u0085', 'contains a control character'],
    ['a\u2028', 'contains a control character'],
    ['a\ud800', 'is not valid Unicode'],
    ['a_tdata', 'ends in a suffix kept for hidden volumes'],
    ['a_rimage_0', 'ends in a suffix kept for hidden volumes'],
    ['a_rmeta12', 'ends in a suffix kept for hidden volumes'],
    ['a_cow', 'ends in a suffix kept for hidden volumes'],
    ['a'.repeat(128), 'is longer than 127 bytes once encoded'],
    [`a${'-'.repeat(64)}`, 'is longer than 127 bytes once encoded'],
    ['é'.repeat(16), 'is longer than 127 bytes once encoded'],
  ];
  for (const [name, why] of cases) {
    const e = await thrown<DvmError>(() => checkName(name, 'group'));
    assert.is(`${e.code} ${e.exitCode} ${e.message}`, `bad-name 64 group name "${name}" ${why}`);
  }
});

names('device-mapper names as libdevmapper makes them', () => {
  assert.is(dmName('vg', 'lv'), 'vg-lv');
  assert.is(dmName('my-vg', 'a-b', 'real'), 'my--vg-a--b-real');
  assert.is(mangle('a b/é\\'), 'a\\x20b\\x2f\\xc3\\xa9\\x5c');
  assert.is(mangle('#+.:=@_09azAZ'), '#+.:=@_09azAZ');
});

names('names that dmName did not make', () => {
  for (const name of ['', 'single', 'a--b', '-a', 'a-', '--']) assert.is(splitDmName(name), undefined, name);
  assert.equal(splitDmName('vg-😀é'), ['vg', '😀é']);
  assert.equal(splitDmName('vg-\\xzz\\'), ['vg', '\\xzz\\']);
});

names('a device-mapper name splits into the parts it was made of', () => {
  const letters = ['a', '-', '--', '\\', '\\x2d', 'x41', ' ', '😀', 'é', '.', '#', '_', '0'];
  forSeeds(3000, (seed) => {
    const random = new Random(seed);
    const name = () =>
      `${random.pick(['a', 'é', '.', '\\'])}${Array.from({ length: random.below(6) }, () => random.pick(letters)).join('')}`;
    const parts = Array.from({ length: 2 + random.below(2) }, name) as [string, string, string?];
    const made = dmName(...parts);
    assert.match(made, /^[0-9A-Za-z#+.:=@_\-\\]+$/);
    assert.equal(splitDmName(made), parts);
  });
});

names('ids', () => {
  const ones = (n: number) => new Uint8Array(n).fill(0xff);
  assert.is(newId(ones), '7'.repeat(20));
  assert.is(newTxn(ones), 'f'.repeat(32));
  const made = new Set(Array.from({ length: 1000 }, () => newId()));
  assert.is(made.size, 1000);
  for (const id of made) assert.ok(isId(id) && new RegExp(idPattern).test(id), id);
  for (const no of ['', 'a'.repeat(19), 'a'.repeat(21), `${'a'.repeat(19)}1`, 'A'.repeat(20), `${'a'.repeat(20)}\n`])
    assert.not(isId(no), no);
  for (const txn of [newTxn(), noTxn]) assert.match(txn, new RegExp(txnPattern));
});

names.run();
