import { checkName } from '#documents/names.js';
import { command, Lines, type Tool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { activate } from '../activate.js';
import {
  changeOptions,
  changing,
  names,
  reading,
  selectionOptions,
  selectionWords,
  stages,
  stagesText,
  updateStages,
  vg,
} from '../calls.js';
import { tmCommand } from '../hints.js';
import { historyCommands } from '../history-commands.js';
import { destroy, expand, init, rename } from '../members.js';
import { read } from '../read.js';
import { recover } from '../recover.js';
import { reduce } from '../reduce.js';
import { regionsCommand } from '../regions-command.js';
import { transferCommands } from '../transfer-commands.js';
import { update } from '../update.js';
import { verify } from '../verify.js';
import { readVersion } from '../versions.js';

const vgOf = (call: { positionals: string[] }): string => call.positionals[0] ?? '';

export const tool: Tool = {
  name: 'tm',
  summary: 'Transactions: reads and changes the metadata of a group on all its devices, in step with device-mapper.',
  input: 'a devices document (discover VG)',
  output: 'the group document (read), a transaction document (commands that change), a verification (verify)',
  commands: [
    command({
      name: 'verify',
      summary: 'Say whether the devices provide a complete group with one version; describes every copy.',
      positionals: [vg],
      options: { full: { type: 'boolean', describe: 'read every copy whole, not one of them' } },
      run: (call) =>
        reading(call, vgOf(call), async (ctx) => {
          const { verification, exit } = await verify(ctx, call.options.full);
          call.exit(exit);
          return verification;
        }),
    }),
    command({
      name: 'read',
      summary: 'Verify, then print the group.',
      positionals: [vg],
      options: {
        degraded: { type: 'boolean', describe: 'also when devices are missing or copies are behind' },
        txn: { type: 'string', value: 'VERSION', describe: 'an earlier version: its number, -1, or the beginning of its id' },
      },
      run: (call) =>
        reading(
          call,
          vgOf(call),
          async (ctx) =>
            new Lines(
              call.options.txn === undefined ? await read(ctx, call.options.degraded) : await readVersion(ctx, call.options.txn),
            ),
        ),
    }),
    ...historyCommands,
    regionsCommand,
    command({
      name: 'update',
      summary: 'Change the metadata by mutators, or by a batch of edits, in one transaction.',
      positionals: [vg],
      options: {
        ...changeOptions,
        batch: { type: 'string', value: 'FILE', describe: 'edits, one a line, instead of mutators after --' },
        'no-wipe': { type: 'boolean', describe: 'keep what lies at the ends of new volumes' },
        ...selectionOptions,
      },
      rest: stagesText,
      run: async (call) => {
        const mutators = await updateStages(call);
        const { 'dry-run': dryRun, 'no-wipe': keep } = call.options;
        return changing(call, vgOf(call), (ctx) =>
          update(ctx, { stages: mutators, dryRun, selection: selectionWords(call.options), wipe: keep ? 'blank' : 'all' }),
        );
      },
    }),
    command({
      name: 'init',
      summary: 'Make the group of its labelled devices: initialise regions, commit the first version.',
      positionals: [vg],
      options: changeOptions,
      rest: stagesText,
      run: (call) => changing(call, vgOf(call), (ctx) => init(ctx, stages(call, names(call).init), call.options['dry-run'])),
    }),
    command({
      name: 'expand',
      summary: 'Take in newly labelled devices.',
      positionals: [vg],
      options: changeOptions,
      rest: stagesText,
      run: (call) => changing(call, vgOf(call), (ctx) => expand(ctx, stages(call, names(call).expand), call.options['dry-run'])),
    }),
    command({
      name: 'reduce',
      summary: 'Take devices out; the mutator frees them first.',
      positionals: [vg, { name: 'PV', describe: 'ids or paths', many: true }],
      options: {
        ...changeOptions,
        'fewer-copies': { type: 'boolean', describe: 'give no other devices regions in place of those that leave' },
      },
      rest: stagesText,
      run: (call) => {
        const names = call.positionals.slice(1);
        const { 'dry-run': dryRun, 'fewer-copies': fewerCopies } = call.options;
        return changing(call, vgOf(call), (ctx) =>
          reduce(ctx, { names, stages: stages(call, ['pv_remove', ...names]), dryRun, fewerCopies }),
        );
      },
    }),
    command({
      name: 'rename',
      summary: 'Rename the group.',
      positionals: [vg, { name: 'NEW', describe: 'the new name' }],
      options: changeOptions,
      run: (call) =>
        changing(call, vgOf(call), (ctx) => rename(ctx, checkName(call.positionals[1] ?? '', 'group'), call.options['dry-run'])),
    }),
    ...transferCommands,
    command({
      name: 'activate',
      summary: 'Change what is active: words after -- select volumes as vol_activate does.',
      positionals: [vg],
      options: { ...changeOptions, degraded: { type: 'boolean', describe: 'also when devices are missing' } },
      rest: '[--all|--auto|--none] [--activate LV] [--deactivate LV]',
      run: (call) =>
        changing(call, vgOf(call), (ctx) => activate(ctx, call.rest ?? [], call.options['dry-run'], call.options.degraded)),
    }),
    command({
      name: 'recover',
      summary: 'Finish or undo what was interrupted, mend copies, bring the kernel in line.',
      positionals: [vg],
      options: {
        ...changeOptions,
        without: { type: 'list', value: 'PV', describe: 'go on without this device, which is missing or fails: id or path' },
        from: { type: 'list', value: 'PV', describe: 'where copies diverged: keep the version of these devices, ids or paths' },
      },
      run: (call) =>
        changing(call, vgOf(call), (ctx) => {
          if (call.options['dry-run'])
            throw fail('usage', 'no-dry-run', 'recover has no dry run', {
              hint: `what is wrong says ${tmCommand(vgOf(call), 'verify')}`,
            });
          return recover(ctx, { without: call.options.without, from: call.options.from });
        }),
    }),
    command({
      name: 'destroy',
      summary: 'Unmake an empty group: deactivate, wipe its regions. Labels go with discover rm.',
      positionals: [vg],
      options: changeOptions,
      rest: stagesText,
      run: (call) =>
        changing(call, vgOf(call), (ctx) => {
          if (call.options['dry-run']) throw fail('usage', 'no-dry-run', 'destroy has no dry run');
          return destroy(ctx, stages(call, names(call).destroy));
        }),
    }),
  ],
};
