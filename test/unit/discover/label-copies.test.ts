import { type Label, packLabel, parseCopy } from '#discover/label.js';
import { chooseCopy, eraseLabel, readLabel, writeLabel } from '#discover/label-copies.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { crashes, MemoryDisk } from '#test/support/memory-disk.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('label copies');
const MIB = 1 << 20;
const bytes = 4 * MIB;
const size = bytes / 512;
const last = size - 8;

function label(sequence: number, name = 'vg', change: Partial<Label> = {}): Label {
  const regions = [{ start: 2048, length: 8 }];
  return { sequence, size, group: { id: 'a'.repeat(20), name }, pv: 'b'.repeat(20), regions, ...change };
}

async function disk(write?: Label): Promise<MemoryDisk> {
  const d = new MemoryDisk('/dev/sim', bytes);
  if (write) await writeLabel(d, write);
  d.events.length = 0;
  return d;
}

test('one copy after the other, each flushed, the first without its mark before', async () => {
  const d = await disk();
  await writeLabel(d, label(1));
  assert.equal(
    d.events.map((e) => (e === 'flush' ? e : e.write)),
    [4096, 'flush', 4096, 'flush', bytes - 4096, 'flush'],
  );
  assert.equal(await readLabel(d), { state: 'labelled', label: label(1), stale: [] });
});

test('a label that is there is written over in one step a copy', async () => {
  const d = await disk(label(1));
  await writeLabel(d, label(2));
  assert.is(d.events.length, 4);
});

test('a crash at any write, torn at any place, leaves the old label or the new one', async () => {
  const d = await disk(label(1, 'old'));
  const before = Buffer.from(d.content);
  await writeLabel(d, label(2, 'new'));
  const seen = new Map<string, number>();
  for (const content of crashes(before, d.events)) {
    const found = await readLabel(MemoryDisk.of('/dev/sim', content));
    assert.is(found.state, 'labelled');
    if (found.state === 'labelled') seen.set(found.label.group.name, (seen.get(found.label.group.name) ?? 0) + 1);
  }
  assert.equal([...seen.keys()], ['old', 'new']);
});

for (const [what, place] of [
  ['first', 4096],
  ['second', bytes - 4096],
] as const)
  test(`a crash while the only good copy is mended, the ${what} being damaged or older, leaves a label`, async () => {
    const damaged = await disk(label(2, 'old'));
    damaged.content.fill(9, place + 300, place + 301);
    const older = await disk(label(2, 'old'));
    packLabel(label(1, 'older'), place / 512).copy(older.content, place);
    for (const d of [damaged, older]) {
      const before = Buffer.from(d.content);
      await writeLabel(d, label(3, 'new'));
      for (const content of crashes(before, d.events)) {
        const found = await readLabel(MemoryDisk.of('/dev/sim', content));
        assert.ok(found.state === 'labelled' && found.label.sequence >= 2, JSON.stringify(found));
      }
    }
  });

test('a crash while a first label is written leaves none or the new one', async () => {
  const d = await disk();
  const before = Buffer.from(d.content);
  await writeLabel(d, label(1));
  const seen = new Set<string>();
  for (const content of crashes(before, d.events)) seen.add((await readLabel(MemoryDisk.of('x', content))).state);
  assert.equal([...seen], ['none', 'labelled']);
});

test('a crash while a label is erased leaves it or none', async () => {
  const d = await disk(label(1));
  const before = Buffer.from(d.content);
  await eraseLabel(d, label(1));
  const seen = new Set<string>();
  for (const content of crashes(before, d.events)) seen.add((await readLabel(MemoryDisk.of('x', content))).state);
  assert.equal([...seen], ['labelled', 'none']);
});

test('one damaged, lost or unreadable copy does not matter but is told', async () => {
  const damage = async (act: (d: MemoryDisk) => void): Promise<string[]> => {
    const d = await disk(label(1));
    act(d);
    const found = await readLabel(d);
    return found.state === 'labelled' ? found.stale : [found.state];
  };
  assert.equal(await damage((d) => d.content.fill(1, 4096 + 100, 4096 + 110)), ['the first copy is damaged: wrong checksum']);
  assert.equal(await damage((d) => d.content.fill(0, 4096, 8192)), ['the first copy is not there']);
  assert.equal(await damage((d) => d.content.fill(0, bytes - 4096)), ['the second copy is not there']);
  assert.match((await damage((d) => d.bad.push({ start: 4096, length: 1 })))[0] ?? '', 'the first copy cannot be read: read of');
  assert.equal(await damage((d) => packLabel(label(2), last).copy(d.content, bytes - 4096)), ['the first copy is older']);
  assert.equal(await damage((d) => packLabel(label(0), last).copy(d.content, bytes - 4096)), ['the second copy is older']);
});

test('neither copy readable is an error, both damaged unusable', async () => {
  const d = await disk(label(1));
  d.bad.push({ start: 0, length: bytes });
  assert.is((await thrown<DvmError>(() => readLabel(d))).code, 'io-error');
  const torn = await disk(label(1));
  for (const at of [4096 + 300, bytes - 4096 + 300]) torn.content.fill(9, at, at + 1);
  assert.equal(await readLabel(torn), { state: 'unusable', code: 'label-damaged', why: 'wrong checksum' });
});

test('a device that grew or shrank is known by its first copy', async () => {
  const grown = new MemoryDisk('x', 16 * MIB);
  await writeLabel(grown, label(1));
  const found = await readLabel(grown);
  assert.equal(found.state === 'labelled' && found.stale, ['the device has 32768 sectors and was labelled with 8192']);
  await eraseLabel(grown, label(1));
  assert.is(parseCopy(await grown.read(last * 512, 4096), last).state, 'absent', 'the copy of the old size is gone too');
});

test('data where the old second copy was is not erased', async () => {
  const grown = new MemoryDisk('x', 16 * MIB);
  await writeLabel(grown, label(1));
  grown.content.fill(5, last * 512, last * 512 + 4096);
  await eraseLabel(grown, label(1));
  assert.is(grown.content[last * 512], 5);
});

test('two identities on one device, and a later dvm, are not guessed at', () => {
  const valid = (l: Label) => ({ state: 'valid', label: l }) as const;
  const other = label(5, 'vg', { pv: 'c'.repeat(20) });
  const conflict = chooseCopy(valid(label(1)), valid(other), size);
  assert.is(conflict.state === 'unusable' && conflict.code, 'label-conflict');
  const newer = chooseCopy(valid(label(1)), { state: 'newer', version: 2 }, size);
  assert.is(newer.state === 'unusable' && newer.code, 'label-newer');
});

test('a device too small for a label has none', async () => {
  assert.equal(await readLabel(new MemoryDisk('x', 8192)), { state: 'none' });
});

test.run();
