import { checkName } from '#documents/names.js';
import { command } from '#tool/command.js';
import { changeOptions, changing, vg } from './calls.js';
import { merge, split } from './transfer.js';

/** Commands about PVs that go over to another group, with what lies on them. */
export const transferCommands = [
  command({
    name: 'split',
    summary: 'Make a new group of some PVs and of the volumes that lie on them.',
    positionals: [vg, { name: 'NEW', describe: 'name of the new group' }, { name: 'PV', describe: 'ids or paths', many: true }],
    options: changeOptions,
    run: (call) => {
      const [group = '', to = '', ...pvs] = call.positionals;
      const name = checkName(to, 'group');
      return changing(call, group, (ctx) => split(ctx, name, pvs, call.options['dry-run']));
    },
  }),
  command({
    name: 'merge',
    summary: 'Take all PVs and volumes of the group over into another one; the group is no more.',
    positionals: [vg, { name: 'INTO', describe: 'name or id of the other group' }],
    options: changeOptions,
    run: (call) => {
      const [group = '', into = ''] = call.positionals;
      return changing(call, group, (ctx) => merge(ctx, into, call.options['dry-run']));
    },
  }),
];
