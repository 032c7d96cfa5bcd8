import type { Current } from '#dm/documents.js';
import { parseIntegrityStatus } from '#dm/integrity-status.js';
import { plan } from '#dm/planner/plan.js';
import type { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import { integritySegment } from '#metadata/integrity/change.js';
import { giveIntegrity } from '#metadata/integrity/give.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { current, desired } from '#test/support/plan-text.js';
import type { DvmError } from '#tool/errors.js';
import { mapVolumes } from '#volumes/map-volumes.js';
import { poll } from '#volumes/poll/poll.js';
import { unfinished } from '#volumes/poll/progress.js';
import { create, draftOf, lvId } from '../metadata/fixtures.js';

const test = suite('checksums as devices');
const group = { id: 'g'.repeat(20), name: 'vg' };
const id = lvId(900);

function withChecksums(more = {}): Draft {
  const d = draftOf([64]);
  create(d, 'a', '2', { id });
  const defaults = { mode: 'journal', algorithm: 'crc32c', blockSize: 512, pvs: [], partIds: partIdsFlag(id) } as const;
  giveIntegrity(d, 'a', { ...defaults, ...more });
  return d;
}
const table = (d: Draft): string | undefined => {
  const { devices } = mapVolumes(d, [id], { group, mode: () => 'complete' });
  return Object.values(devices).find((v) => v.name === 'vg-a')?.targets.map((t) => `${t.size} ${t.type} ${t.args}`).join(); // biome-ignore format: one line
};

test('options in the order in which the kernel prints them', () => {
  assert.is(
    table(withChecksums()),
    '16384 integrity @vg-a_iorig 0 4 J 4 meta_device:@vg-a_imeta recalculate journal_sectors:2048 internal_hash:crc32c',
  );
  assert.is(
    table(withChecksums({ mode: 'bitmap', algorithm: 'sha256', blockSize: 4096 })),
    '16384 integrity @vg-a_iorig 0 32 B 5 meta_device:@vg-a_imeta block_size:4096 recalculate journal_sectors:2048 internal_hash:sha256',
  );
});

function kernel(status: string): Current {
  const device = { dev: '253:0', openCount: 0, suspended: false, readOnly: false, inactive: false, deps: [] };
  const targets = [{ type: 'integrity', size: 16_384, args: '' }];
  return {
    kind: 'current',
    version: 1,
    devices: { 'vg-a': { ...device, uuid: `DVM-${group.id}-${id}`, targets, status: [status] } },
  };
}

test('the kernel is told once to compute what is missing', () => {
  const d = withChecksums();
  poll(d, group.id, { ...kernel(''), devices: {} }, () => {});
  assert.is(integritySegment(d.lvs[id])?.recalculate, true);
  poll(d, group.id, kernel('0 16384 128'), () => {});
  assert.is(integritySegment(d.lvs[id])?.recalculate, undefined);
  assert.not.match(table(d) ?? '', /recalculate/);
  assert.equal(unfinished(d, group.id, kernel('0 16384 128')), [{ volume: 'a', work: 'recalculate', done: 128, of: 16_384, failed: false }]); // biome-ignore format: one line
  assert.equal(unfinished(d, group.id, kernel('3 16384 -')), []);
});

test('status as the kernel gives it', () => {
  assert.equal(parseIntegrityStatus('3 16384 -'), { mismatches: 3, size: 16_384, recalculated: undefined });
  assert.is(parseIntegrityStatus('0 16384 16384')?.recalculated, undefined);
  assert.is(parseIntegrityStatus('Error'), undefined);
});

const rows = 'integrity 253:1 0 4 J 2 meta_device:253:2 internal_hash:crc32c';
const live = current({
  o: ['1-iorig', 1, ['64 zero'], { openCount: 1 }],
  m: ['1-imeta', 2, ['64 zero'], { openCount: 1 }],
  a: ['1', 3, [`64 ${rows}`]],
});
const parts = { o: ['1-iorig', ['64 zero']], m: ['1-imeta', ['64 zero']] } as Parameters<typeof desired>[0];
const row = '64 integrity @o 0 4 J 2 meta_device:@m internal_hash:crc32c';

test('metadata behind an option is what the table stands on', () => {
  assert.equal(plan(live, desired({ ...parts, a: ['1', [row]] })).summary, []);
  const phase1 = plan(current({}), desired({ ...parts, a: ['1', [row]] })).phases.phase1;
  assert.equal(
    phase1.flatMap((i) => (i.op === 'create' ? [i.id.name] : [])),
    ['o', 'm', 'a'],
  );
});

test('another device never gets a table over it while it is live; the same one may', async () => {
  const moved = desired({ ...parts, real: ['1-real', [row]], a: ['1', ['64 snapshot-origin @real']] });
  const e = await thrown<DvmError>(() => plan(live, moved));
  assert.is(
    `${e.code}: ${e.message}`,
    'integrity-active: device "a" is active, of type "integrity": its table cannot be switched',
  );
  assert.equal(plan(live, desired({ ...parts, a: ['1', [row], { readOnly: true }] })).summary, [{ action: 'reload', name: 'a' }]);
});

test.run();
