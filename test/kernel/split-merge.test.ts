import { mkdirSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { type Document, devices, dvm, pipe, refusal, sh, sha256 } from '#test/support/guest.js';

const mnt = '/tmp/mnt';

async function volumes(group: string): Promise<string[]> {
  const { metadata } = (await pipe`discover ${group} | tm read ${group}`).document;
  return Object.values<Document>(metadata.lvs)
    .filter((lv) => !lv.hidden)
    .map((lv) => lv.name)
    .sort();
}

guestTests({ loops: { count: 4, size: '64M' } }, () => {
  const test = suite('groups that are divided and merged');
  const [a, b, c, d] = ['/dev/loop0', '/dev/loop1', '/dev/loop2', '/dev/loop3'] as const;
  const sums: Record<string, string> = {};
  mkdirSync(mnt);

  test('a group with volumes of two kinds, one of them mounted', async () => {
    await dvm`create vg ${a} ${b} ${c} ${d} --extent-size 1M`;
    await dvm`create vg/stays --size 16M ${a}`;
    await dvm`create vg/goes --size 16M ${c}`;
    await dvm`create vg/safe --size 16M --type raid1 ${c} ${d}`;
    for (const name of ['goes', 'safe']) {
      sh`dd if=/dev/urandom of=/dev/dvm/vg/${name} bs=1M count=16 conv=fsync status=none`;
      sums[name] = sha256(`/dev/dvm/vg/${name}`);
    }
    sh`mkfs.ext4 -q /dev/dvm/vg/stays`;
    sh`mount /dev/dvm/vg/stays ${mnt}`;
    sh`dd if=/dev/urandom of=${mnt}/file bs=1M count=4 conv=fsync status=none`;
    sums.file = sha256(`${mnt}/file`);
  });

  test('what is on both sides, or up, does not go', async () => {
    const straddling = await refusal(() => dvm`split vg new ${d}`);
    assert.equal([straddling.code, straddling.details], ['volumes-straddle', { volumes: ['safe'] }]);
    assert.is((await refusal(() => dvm`split vg new ${c} ${d}`)).code, 'volumes-active');
  });

  test('split: what goes comes up in the new group with its data, what stays was mounted all the time', async () => {
    for (const name of ['goes', 'safe']) await dvm`deactivate vg/${name}`;
    await dvm`split vg new ${c} ${d}`;
    assert.equal([await volumes('vg'), await volumes('new')], [['stays'], ['goes', 'safe']]);
    await dvm`activate new`;
    for (const name of ['goes', 'safe']) assert.is(sha256(`/dev/dvm/new/${name}`), sums[name], name);
    assert.is(sha256(`${mnt}/file`), sums.file);
    for (const group of ['vg', 'new'])
      assert.is((await pipe`discover ${group} | tm verify ${group} --full`).document.state, 'ok');
    assert.ok(devices().includes('new-goes'));
    await dvm`create new/more --size 4M`;
  });

  test('merge: all of it in one group again', async () => {
    assert.is((await refusal(() => dvm`merge new vg`)).code, 'volumes-active');
    await dvm`deactivate new`;
    await dvm`merge new vg`;
    assert.equal(await volumes('vg'), ['goes', 'more', 'safe', 'stays']);
    assert.is((await refusal(() => pipe`discover new`)).exit, 'notFound');
    await dvm`activate vg`;
    for (const name of ['goes', 'safe']) assert.is(sha256(`/dev/dvm/vg/${name}`), sums[name], name);
    assert.is(sha256(`${mnt}/file`), sums.file);
    assert.is((await pipe`discover vg | tm verify vg --full`).document.state, 'ok');
  });

  test.run();
});
