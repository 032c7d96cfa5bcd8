import { editableType, open } from '#metadata/editable.js';
import { placeRegion } from '#metadata/pv-place.js';
import { singleTool } from '#tool/command.js';
import { parseRange, parseSize } from '#tool/units.js';

export const tool = singleTool({
  name: 'pv_place',
  summary: 'Says where on a PV there is room for a metadata region.',
  input: 'a "group" document',
  output: 'a "place" document: PV id, first sector, length in sectors',
  positionals: [{ name: 'PV', describe: 'PV id or device path' }],
  options: {
    size: { type: 'string', value: 'SIZE', required: true, describe: 'length of the region, with a unit' },
    region: { type: 'string', value: 'START+LENGTH', describe: 'the region that is to grow: there, if there is room' },
  },
  async run({ input, positionals: [pv = ''], options }) {
    const length = parseSize(options.size, 'region length');
    const region = options.region === undefined ? undefined : parseRange(options.region, 'region');
    return { kind: 'place', version: 1, ...placeRegion(open(await input(editableType)), pv, length, region) };
  },
});
