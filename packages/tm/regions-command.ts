import { COPIES, parseCopies } from '#discover/copies.js';
import { type Call, command } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { parseRange, parseSize } from '#tool/units.js';
import { changeOptions, changing, vg } from './calls.js';
import { changeRegions, type RegionsRequest } from './region-requests.js';

const actions = ['grow', 'add', 'remove'] as const;

export const regionsCommand = command({
  name: 'regions',
  summary: 'Grow, add or remove the regions that the metadata is kept in, while the group is in use.',
  positionals: [
    { name: 'ACTION', describe: actions.join(', ') },
    vg,
    { name: 'PV', describe: 'ids or paths; add, remove: behind one PV also regions, START+LENGTH', optional: true, many: true },
  ],
  options: {
    ...changeOptions,
    size: { type: 'string', value: 'SIZE', describe: 'how large regions become (grow), or are (add)' },
    copies: {
      type: 'string',
      value: 'N|all',
      describe: `add without PVs: how many devices of the group are to carry regions (${COPIES})`,
    },
  },
  run: (call) => {
    const request = requestOf(call);
    return changing(call, call.positionals[1] ?? '', (ctx) => changeRegions(ctx, request, call.options['dry-run']));
  },
});

function requestOf({
  positionals,
  options,
}: Pick<Call, 'positionals'> & { options: { size: string | undefined; copies: string | undefined } }): RegionsRequest {
  const [word = '', , ...rest] = positionals;
  const action = actions.find((a) => a === word);
  if (!action) throw fail('usage', 'bad-argument', `"${word}" is not one of ${actions.join(', ')}`);
  const isRange = (text: string): boolean => /^\d[^/]*\+/.test(text);
  const ranges = rest.filter(isRange).map((text) => parseRange(text, 'region'));
  const pvs = rest.filter((text) => !isRange(text));
  if (action === 'grow' && ranges.length > 0)
    throw fail('usage', 'contradiction', 'regions grow where there is room: give --size, not places');
  if (action === 'remove' && pvs.length !== 1 && (ranges.length > 0 || pvs.length === 0))
    throw fail('usage', 'missing-argument', 'remove takes PVs, or regions of one PV');
  if (action !== 'add' && options.copies !== undefined)
    throw fail('usage', 'contradiction', 'a number of copies is for regions to be added');
  const size = options.size === undefined ? undefined : parseSize(options.size, 'region size');
  return { action, pvs, ranges, size, copies: parseCopies(options.copies) };
}
