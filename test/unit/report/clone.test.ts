import { createClone } from '#metadata/clone/create.js';
import { partIdsFlag } from '#metadata/flags.js';
import { askActivation } from '#report/activation.js';
import { fieldsOf } from '#report/fields.js';
import { reporting, viewOf } from '#report/views.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, groupOf, lvId } from '../metadata/fixtures.js';

const test = suite('report of clones');

function valuesOf(name: string, source = 'base'): Record<string, unknown> {
  const d = draftOf([100]);
  create(d, 'base', '4', { readOnly: true });
  const flags = { created: '', tags: [], readOnly: false, autoactivate: true, pvs: [], partIds: partIdsFlag(lvId(9)) };
  const size = source === 'base' ? {} : { size: '16M' };
  createClone(d, { ...flags, id: lvId(900), name: 'c', source, hydration: false, ...size });
  const subject = { metadata: d.result(), group: groupOf([402], d.result()) };
  const uuids = [...reporting(subject)];
  const info = { openCount: 1, eventNr: 0, suspended: false, readOnly: false, liveTable: true, inactiveTable: false };
  const kernel = {
    list: () => uuids.map((uuid, i) => ({ name: uuid, dev: `253:${i}` })),
    info: (ref: unknown) => ({ name: String(ref), uuid: String(ref), dev: '253:0', ...info }),
    status: () => [{ type: 'clone', size: 8, args: '8 13/1024 128 64/256 0 1 no_hydration 0 rw' }],
  };
  const vg = viewOf(subject, askActivation(kernel, new Set(uuids)));
  const lv = vg.lvs.find((l) => l.lv.name === name);
  return Object.fromEntries(fieldsOf.lv.map((f) => [f.name, f.value({ vg, lv })]));
}

test('how far it is, of what, and how', () => {
  const { copy_percent: percent, origin, hydration, region_size: region } = valuesOf('c');
  assert.equal([percent, origin, hydration, region], [25, 'base', 'off', 128]);
  assert.is(valuesOf('c', '/dev/nbd0').origin, '/dev/nbd0');
});

test('nothing of the kind for others', () => {
  const { copy_percent: percent, origin, hydration, region_size: region } = valuesOf('base');
  assert.equal([percent, origin, hydration, region], [null, null, null, null]);
});

test.run();
