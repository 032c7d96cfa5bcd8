import { changeOptions, passOn, tmWords, verb } from './verb.js';
import * as verbs from './verbs.js';

const group = { name: 'GROUP', describe: 'name or id of a group' };
const version = (name: string) => ({
  name,
  describe: 'current, -1 (the one before), a number, or the beginning of an id: see dvm history',
});

/** Verbs about the metadata of a group as a whole: its versions, many edits of it, where it is kept. */
export const metadataVerbs = [
  verb('history', 'The versions that the devices still hold.', [group], {}, (call) =>
    verbs.simple('history', call.positionals[0] ?? '', []),
  ),
  verb('diff', 'What two versions differ in.', [group, version('FROM'), { ...version('TO'), optional: true }], {}, (call) => {
    const [vg = '', ...versions] = call.positionals;
    return verbs.diff(vg, versions);
  }),
  verb(
    'rollback',
    'Take the layout of an older version; what was written since stays written.',
    [group, version('VERSION')],
    { ...changeOptions, force: { type: 'boolean', describe: 'also when extents of its volumes were given to others since' } },
    (call) => {
      const [vg = '', to = ''] = call.positionals;
      return verbs.rollback(vg, to, [...tmWords(call.options), ...passOn(call.options, ['force'])]);
    },
  ),
  verb(
    'batch',
    'Many edits of a group, one a line of FILE, in one transaction.',
    [group, { name: 'FILE', describe: 'lines such as: lv_create data --size 10G' }],
    { ...changeOptions, 'no-wipe': { type: 'boolean', describe: 'keep what lies where new volumes begin and end' } },
    (call) => {
      const [vg = '', file = ''] = call.positionals;
      return verbs.batch(vg, file, [...tmWords(call.options), ...passOn(call.options, ['no-wipe'])]);
    },
  ),
  verb(
    'regions',
    'Grow, add or remove the regions that hold the metadata of a group, which may be in use.',
    [
      { name: 'ACTION', describe: 'grow, add, remove' },
      group,
      { name: 'PV', describe: 'devices of the group; behind one of them also regions, START+LENGTH', optional: true, many: true },
    ],
    {
      ...changeOptions,
      size: { type: 'string', value: 'SIZE', describe: 'how large regions become (grow), or are (add)' },
      copies: { type: 'string', value: 'N|all', describe: 'add without PVs: how many devices are to carry metadata (8)' },
    },
    (call) => {
      const [action = '', vg = '', ...words] = call.positionals;
      return verbs.regions(action, vg, words, [...tmWords(call.options), ...passOn(call.options, ['size', 'copies'])]);
    },
  ),
];
