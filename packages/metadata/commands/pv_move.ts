import { filterTool } from '#metadata/filter.js';
import { idFlag } from '#metadata/flags.js';
import { endMove, movePv, movesOf } from '#metadata/pv-move.js';
import { fail } from '#tool/errors.js';
import { parseSize } from '#tool/units.js';

export const tool = filterTool({
  name: 'pv_move',
  summary: 'Begins to move extents off a PV, by a mirror below the volumes that lie there; or gives moves up.',
  positionals: [
    { name: 'FROM', describe: 'PV id or path, with ranges if wanted (PV:0-99)', optional: true },
    { name: 'TO', describe: 'where to, in this order: PV ids, paths, @tags, with ranges if wanted', optional: true, many: true },
  ],
  options: {
    volume: { type: 'string', value: 'LV', describe: 'only what belongs to this volume' },
    most: { type: 'string', value: 'SIZE', describe: 'so much for now; another pv_move takes the next part' },
    abort: { type: 'boolean', describe: 'give up all moves that are not finished: what was to be moved stays where it was' },
    id: {
      type: 'string',
      value: 'ID',
      describe: 'id of the hidden volume, for scripts that must repeat (default: a new random one)',
    },
  },
  edit(draft, { positionals, options: { volume, most, abort, id }, note }) {
    const [from, ...to] = positionals;
    if (abort) {
      if (from !== undefined) throw fail('usage', 'contradiction', '--abort takes no PV: it gives up every move of the group');
      for (const move of movesOf(draft)) endMove(draft, move, 'source');
      return;
    }
    if (from === undefined) throw fail('usage', 'missing-argument', 'no PV is named to move from');
    const extents = most === undefined ? undefined : Math.max(1, Math.floor(parseSize(most, 'size') / draft.vg.extentSize));
    movePv(draft, { from, to, volume, most: extents, id: id === undefined ? undefined : idFlag(id) }).forEach(note);
  },
});
