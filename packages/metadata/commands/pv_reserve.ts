import { filterTool } from '#metadata/filter.js';
import { reservePvs } from '#metadata/pv-reserve.js';
import { parseRange } from '#tool/units.js';

export const tool = filterTool({
  name: 'pv_reserve',
  summary: "Reserves the extents under a PV's metadata regions, those it has and those it is to get; no others.",
  positionals: [
    { name: 'PV', describe: 'PV id, device path or @tag' },
    { name: 'RANGE', describe: 'a region to come, START+LENGTH with units', optional: true, many: true },
  ],
  options: {},
  edit(draft, { positionals: [pv = '', ...ranges] }) {
    reservePvs(
      draft,
      [pv],
      ranges.map((r) => parseRange(r, 'region')),
    );
  },
});
