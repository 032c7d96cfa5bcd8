import { parseRecord, renderRecord } from '#documents/record.js';
import { findProblems } from '#metadata/check.js';
import { changedVolumes } from '#metadata/check-changes.js';
import { Draft, type Surroundings } from '#metadata/draft.js';
import { type Area, type Lv, type Metadata, metadataType } from '#metadata/metadata.js';
import { assert, suite } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';
import { groupOf, lvId, metadataOf, pvId } from './fixtures.js';

const PVS = [64, 64];
const VOLUMES = 12;

const { envelope, devices } = groupOf(PVS.map((n) => 2 + 4 * n));
const around: Surroundings = { envelope, devices };

/** As tm reads it from the regions. */
function committed(lvs: Metadata['lvs']): Metadata {
  const metadata = metadataOf(PVS, { lvs });
  return metadataType.parse(parseRecord(renderRecord(envelope, metadata), 'test').metadata, 'test');
}

const linear = (name: string, area: Area, more: Partial<Lv> = {}): Lv => ({
  name,
  segments: [{ start: 0, count: 2, type: 'linear', areas: [area] }],
  ...more,
});
const onPv = (name: string, i: number, more: Partial<Lv> = {}): Lv => linear(name, { pv: pvId(i % 2), extent: 2 * i }, more);
const volumes = (): Metadata['lvs'] => Object.fromEntries(Array.from({ length: VOLUMES }, (_, i) => [lvId(i), onPv(`v${i}`, i)]));

/** What is found by looking at all of it. */
const allOf = (metadata: Metadata) => findProblems(new Draft(structuredClone(metadata), around));

const test = suite('what changed since the commit');

test('only what an edit made or changed is looked at', () => {
  const draft = new Draft(committed(volumes()), around);
  draft.setLv(lvId(20), onPv('new', 20));
  draft.setLv(lvId(3), onPv('renamed', 3));
  draft.removeLv(lvId(4));
  const edited = new Draft(draft.result(), around);
  assert.equal(Object.keys(changedVolumes(edited)?.lvs ?? {}).sort(), [lvId(20), lvId(3)].sort());
  const further = new Draft(edited.before, around);
  further.setLv(lvId(21), onPv('another', 21));
  assert.is(Object.keys(changedVolumes(new Draft(further.result(), around))?.lvs ?? {}).length, 3);
});

test('everything is looked at where the origin is not known, or where more than volumes changed', () => {
  assert.is(changedVolumes(new Draft(metadataOf(PVS, { lvs: volumes() }), around)), undefined);
  const renamed = { ...envelope, group: { ...envelope.group, name: 'other' } };
  assert.is(changedVolumes(new Draft(committed(volumes()), { ...around, envelope: renamed })), undefined);
  const draft = new Draft(committed(volumes()), around);
  draft.setPv(pvId(0), { dataStart: 2048, extents: 32 });
  assert.is(changedVolumes(new Draft(draft.result(), around)), undefined);
  const settings = new Draft(committed(volumes()), around);
  settings.setVg({ ...settings.vg, extentSize: 4096 });
  assert.is(changedVolumes(new Draft(settings.result(), around)), undefined);
});

/** Changes of which most break a rule, of the volume itself or of what others are to it. */
const changes: ((draft: Draft, i: number, j: number) => void)[] = [
  (draft, i) => draft.setLv(lvId(30 + i), onPv(`n${i}`, 20 + i)),
  (draft, i, j) => draft.setLv(lvId(30 + i), onPv(`v${j}`, 20 + i)), // a name that is taken
  (draft, i, j) => draft.setLv(lvId(30 + i), onPv(`n${i}`, j)), // extents that are
  (draft, i, j) => draft.setLv(lvId(i), onPv(`v${i}`, j)),
  (draft, i) => draft.setLv(lvId(i), onPv(`v${i}`, 40)), // past the end
  (draft, i) => draft.removeLv(lvId(i)), // others may stand on it
  (draft, i, j) => draft.setLv(lvId(i), onPv(`v${i}`, i, { minor: j })),
  (draft, i) => draft.setLv(lvId(i), { name: `v${i}`, segments: [] }),
  (draft, i, j) => draft.setLv(lvId(40 + i), linear(`top${i}`, { lv: lvId(j), extent: 1 })),
];

test('the same is found as by looking at everything', () => {
  let broken = 0;
  forSeeds(600, (seed) => {
    const random = new Random(seed);
    const below = { [lvId(50)]: linear('on-v0', { lv: lvId(0), extent: 0 }), [lvId(51)]: onPv('seven', 22, { minor: 7 }) };
    const draft = new Draft(committed({ ...volumes(), ...below }), around);
    for (let n = random.below(4); n >= 0; n--)
      changes[random.below(changes.length)]?.(draft, random.below(VOLUMES), random.below(VOLUMES));
    const edited = draft.result();
    assert.ok(changedVolumes(new Draft(edited, around)));
    const found = findProblems(new Draft(edited, around));
    assert.equal(found, allOf(edited));
    if (found.length > 0) broken++;
  });
  assert.ok(process.env.SEED !== undefined || (broken > 100 && broken < 590), `${broken} broken`);
});

test.run();
