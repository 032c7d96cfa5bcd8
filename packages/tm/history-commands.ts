import { command } from '#tool/command.js';
import { changeOptions, changing, reading, vg } from './calls.js';
import { compare, history } from './history.js';
import { rollback } from './rollback.js';

const version = (name: string) => ({
  name,
  describe: 'current, -1 (the one before), a sequence number, or the beginning of a transaction id',
});

/** Commands about the versions that the regions hold. */
export const historyCommands = [
  command({
    name: 'history',
    summary: 'The versions that the regions still hold, newest first.',
    positionals: [vg],
    options: {},
    run: (call) => reading(call, call.positionals[0] ?? '', history),
  }),
  command({
    name: 'diff',
    summary: 'What two versions differ in, entity by entity.',
    positionals: [vg, version('FROM'), { ...version('TO'), optional: true }],
    options: {},
    run: (call) => {
      const [group = '', from = '', to = 'current'] = call.positionals;
      return reading(call, group, (ctx) => compare(ctx, from, to));
    },
  }),
  command({
    name: 'rollback',
    summary: 'Take the layout of an older version, by a new transaction; data does not come back.',
    positionals: [vg, version('VERSION')],
    options: {
      ...changeOptions,
      force: { type: 'boolean', describe: 'also when extents of its volumes were given to others since' },
    },
    run: (call) => {
      const [group = '', to = ''] = call.positionals;
      return changing(call, group, (ctx) => rollback(ctx, to, call.options.force, call.options['dry-run']));
    },
  }),
];
