import { changeOptions, tmWords, verb } from './verb.js';
import { update } from './verbs.js';

const group = { name: 'GROUP', describe: 'name or id of a group' };

/** Verbs about groups as a whole. */
export const groupVerbs = [
  verb('export', 'Take a group out of use, to go to another machine.', [group], changeOptions, (call) => [
    update(call.positionals[0] ?? '', tmWords(call.options), ['vg_export']),
  ]),
  verb('import', 'Take an exported group into use again.', [group], changeOptions, (call) => [
    update(call.positionals[0] ?? '', tmWords(call.options), ['vg_import']),
  ]),
];
