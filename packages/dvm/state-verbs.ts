import { formats, shows, units } from '#report/choices.js';
import { changeOptions, passOn, tmWords, verb } from './verb.js';
import * as verbs from './verbs.js';

const target = { name: 'TARGET', describe: 'GROUP or GROUP/VOLUME' };
const group = { name: 'GROUP', describe: 'name or id of a group' };

const list = verb('list', 'All groups, and the devices that belong to none.', [], {}, () => [[['discover', 'list']]]);

const show = verb(
  'show',
  'Report on a group or a volume.',
  [target],
  {
    show: { type: 'string', value: 'ROWS', choices: shows, describe: 'what to show, as report knows it' },
    format: { type: 'string', value: 'FORMAT', choices: formats, describe: 'form of the output' },
    options: { type: 'string', alias: 'o', value: 'FIELDS', describe: 'fields, as report knows them' },
    units: { type: 'string', value: 'UNIT', choices: units, describe: 'unit of sizes' },
    map: { type: 'boolean', describe: 'draw where the extents of each device went' },
    degraded: { type: 'boolean', describe: 'also when devices are missing or copies are behind' },
  },
  (call) => {
    const of = verbs.parseTarget(call.positionals[0] ?? '');
    const words = passOn(call.options, ['show', 'format', 'options', 'units', 'map']);
    return verbs.show(of, passOn(call.options, ['degraded']), words);
  },
);

const verify = verb(
  'verify',
  'Say whether every copy of the metadata agrees.',
  [group],
  { full: { type: 'boolean', describe: 'read every copy whole, not one of them' } },
  (call) => verbs.simple('verify', call.positionals[0] ?? '', passOn(call.options, ['full'])),
);

const { 'dry-run': _, ...recoverOptions } = changeOptions;
const recover = verb(
  'recover',
  'Finish or undo what was interrupted, mend copies.',
  [group],
  {
    ...recoverOptions,
    without: { type: 'list', value: 'PV', describe: 'go on without this device, which is missing or fails: id or path' },
    from: { type: 'list', value: 'PV', describe: 'where copies diverged: keep the version of these devices, ids or paths' },
  },
  (call) =>
    verbs.simple('recover', call.positionals[0] ?? '', [
      ...tmWords({ ...call.options, 'dry-run': false }),
      ...passOn(call.options, ['without', 'from']),
    ]),
);

/** Verbs about the state of groups: to see it, and to mend it. */
export const stateVerbs = [list, show, verify, recover];
