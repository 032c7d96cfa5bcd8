import { changeOptions, tmWords, verb } from './verb.js';
import { splitGroup, update } from './verbs.js';

const group = { name: 'GROUP', describe: 'name or id of a group' };

/** Verbs about groups as a whole. */
export const groupVerbs = [
  verb('export', 'Take a group out of use, to go to another machine.', [group], changeOptions, (call) => [
    update(call.positionals[0] ?? '', tmWords(call.options), ['vg_export']),
  ]),
  verb('import', 'Take an exported group into use again.', [group], changeOptions, (call) => [
    update(call.positionals[0] ?? '', tmWords(call.options), ['vg_import']),
  ]),
  verb(
    'split',
    'Make a new group of some devices of a group, and of the volumes that lie on them.',
    [group, { name: 'NEW', describe: 'name of the new group' }, { name: 'DEVICE', describe: 'devices that go over', many: true }],
    changeOptions,
    (call) => {
      const [from = '', to = '', ...devices] = call.positionals;
      return splitGroup(from, to, devices, tmWords(call.options));
    },
  ),
];
