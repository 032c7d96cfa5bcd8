import type { Current } from '#dm/documents.js';
import type { Group } from '#documents/group.js';
import type { Metadata } from '#metadata/metadata.js';
import { activationOf } from '#report/activation.js';
import { type VgView, viewOf } from '#report/views.js';

const id = (letter: string) => letter.repeat(20);
export const ids = {
  vg: id('g'),
  pv1: id('a'),
  pv2: id('b'),
  gone: id('c'),
  data: id('d'),
  fast: id('e'),
  lost: id('f'),
  hidden: id('h'),
};

/** Three PVs of 100 extents of 4 MiB, one of them missing; four volumes, one hidden. */
export const metadata: Metadata = {
  kind: 'metadata',
  version: 1,
  vg: { extentSize: 8192, allocation: 'normal', tags: ['prod'] },
  pvs: {
    [ids.pv1]: { dataStart: 2048, extents: 100, reserved: [{ extent: 90, count: 10 }], tags: ['ssd'] },
    [ids.pv2]: { dataStart: 2048, extents: 100, allocatable: false },
    [ids.gone]: { dataStart: 2048, extents: 100 },
  },
  lvs: {
    [ids.data]: {
      name: 'data',
      tags: ['db', 'keep'],
      created: '2024-01-02T03:04:05Z',
      segments: [
        { start: 0, count: 20, type: 'linear', areas: [{ pv: ids.pv1, extent: 0 }] },
        { start: 20, count: 10, type: 'linear', areas: [{ pv: ids.pv2, extent: 50 }] },
      ],
    },
    [ids.fast]: {
      name: 'fast-1',
      readOnly: true,
      allocation: 'contiguous',
      segments: [
        {
          start: 0,
          count: 40,
          type: 'striped',
          stripeSize: 128,
          areas: [
            { pv: ids.pv1, extent: 20 },
            { pv: ids.pv2, extent: 0 },
          ],
        },
      ],
    },
    [ids.lost]: {
      name: 'lost',
      autoactivate: false,
      segments: [{ start: 0, count: 5, type: 'linear', areas: [{ pv: ids.gone, extent: 0 }] }],
    },
    [ids.hidden]: {
      name: 'region0',
      hidden: true,
      segments: [{ start: 0, count: 1, type: 'linear', areas: [{ pv: ids.pv1, extent: 89 }] }],
    },
  },
};

const region = { start: 2048, length: 8192 };
const listed = (path: string) => ({ path, size: 830_000, regions: [region] });
const found = (path: string, dev: string) => ({ path, dev, size: 830_000, blockSize: 512 as const, regions: [region] });

export const group: Group = {
  kind: 'group',
  version: 1,
  envelope: {
    group: { id: ids.vg, name: 'vg-0' },
    seqno: 7,
    txn: '1'.repeat(32),
    parent: '0'.repeat(32),
    time: '2024-02-03T04:05:06Z',
    host: 'host1',
    pvs: { [ids.pv1]: listed('/dev/old'), [ids.pv2]: listed('/dev/sdb'), [ids.gone]: listed('/dev/sdz') },
    absent: [ids.gone],
  },
  devices: { [ids.pv1]: found('/dev/sda', '8:0'), [ids.pv2]: { ...found('/dev/sdb', '8:16'), readOnly: true } },
  metadata: { ...metadata },
};

const live = { openCount: 0, suspended: false, readOnly: false, inactive: false, deps: [] };
const targets = [{ type: 'zero', size: 1, args: '' }];

/** `data` is open, `fast-1` is suspended under a stale name, `lost` is down; a foreign device beside them. */
export const current: Current = {
  kind: 'current',
  version: 1,
  devices: {
    'vg--0-data': { ...live, uuid: `DVM-${ids.vg}-${ids.data}`, dev: '253:0', openCount: 2, targets },
    'vg--0-stale': { ...live, uuid: `DVM-${ids.vg}-${ids.fast}`, dev: '253:1', suspended: true, inactive: true, targets },
    'vg--0-lost': { ...live, uuid: 'LVM-someone-else', dev: '253:2', targets },
  },
};

/** The sample group as a report sees it, with what the kernel says. */
export function sampleView(): VgView {
  return viewOf({ metadata, group }, activationOf(current));
}
