import { changeOptions, passOn, tmWords, verb } from './verb.js';
import * as verbs from './verbs.js';

/** The verb about where a group keeps its metadata. */
export const regionVerbs = [
  verb(
    'regions',
    'Grow, add or remove the regions that hold the metadata of a group, which may be in use.',
    [
      { name: 'ACTION', describe: 'grow, add, remove' },
      { name: 'GROUP', describe: 'name or id of a group' },
      { name: 'PV', describe: 'devices of the group; behind one of them also regions, START+LENGTH', optional: true, many: true },
    ],
    { ...changeOptions, size: { type: 'string', value: 'SIZE', describe: 'how large regions become (grow), or are (add)' } },
    (call) => {
      const [action = '', vg = '', ...words] = call.positionals;
      return verbs.regions(action, vg, words, [...tmWords(call.options), ...passOn(call.options, ['size'])]);
    },
  ),
];
