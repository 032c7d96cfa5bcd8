import { checkName } from '#documents/names.js';
import { type Call, command, Lines, type Output, type Tool } from '#tool/command.js';
import { exitCodes, fail } from '#tool/errors.js';
import type { OptionSpecs } from '#tool/options.js';
import { activate } from '../activate.js';
import { programsOf, tmSection } from '../config.js';
import type { Context } from '../context.js';
import { splitStages } from '../edit.js';
import { destroy, expand, init, reduce, rename } from '../members.js';
import { openContext } from '../open.js';
import { history, read, readVersion } from '../read.js';
import { recover } from '../recover.js';
import { update } from '../update.js';
import { verify } from '../verify.js';

const vg = { name: 'VG', describe: 'name or id of the group; the devices document on standard input must be of it' };
const stagesText = 'MUTATOR [ARGUMENT…] [-- MUTATOR…]';

const changeOptions = {
  wait: { type: 'integer', value: 'SECONDS', default: 0, describe: 'wait this long for the lock of the group' },
  'no-activate': { type: 'boolean', describe: 'change the metadata only; leave device-mapper alone' },
  kernel: { type: 'string', value: 'real|sim:FILE', describe: 'the device-mapper to drive' },
  'dry-run': { type: 'boolean', describe: 'print what would change; touch nothing' },
} as const satisfies OptionSpecs;

/** Opens the group under its lock, runs `work`, releases everything. */
async function changing(call: Call<typeof changeOptions>, work: (ctx: Context) => Promise<Output>): Promise<Output> {
  const opened = await openContext(call, {
    write: !call.options['dry-run'],
    wait: call.options.wait * 1000,
    activate: !call.options['no-activate'],
    kernel: call.options.kernel,
  });
  try {
    const output = await work(opened.context);
    if (isDegraded(output)) call.exit(exitCodes.degraded);
    return output;
  } finally {
    await opened.close();
  }
}

function isDegraded(output: Output): boolean {
  return typeof output === 'object' && output !== null && 'degraded' in output;
}

async function reading(call: Call, work: (ctx: Context) => Promise<Output>): Promise<Output> {
  const opened = await openContext(call, { write: false, wait: 0, activate: false, kernel: undefined });
  try {
    return await work(opened.context);
  } finally {
    await opened.close();
  }
}

/** The mutators given after `--`, or the one the config names for this command. */
function stages(call: Call, standard: string[] | undefined): string[][] {
  const given = splitStages(call.rest);
  if (given.length > 0) return given;
  if (standard && standard.length > 0) return [standard];
  throw fail('usage', 'missing-argument', 'no mutator is given', {
    hint: `write it after --, e.g. tm update ${call.positionals[0]} -- lv_create data --size 10G`,
  });
}

const names = (call: Call) => programsOf(call.section(tmSection));

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
      options: {},
      run: (call) =>
        reading(call, async (ctx) => {
          const { verification, exit } = await verify(ctx);
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
        txn: { type: 'string', value: 'ID', describe: 'an earlier version, by its transaction id or a beginning of it' },
      },
      run: (call) =>
        reading(
          call,
          async (ctx) =>
            new Lines(
              call.options.txn === undefined ? await read(ctx, call.options.degraded) : await readVersion(ctx, call.options.txn),
            ),
        ),
    }),
    command({
      name: 'history',
      summary: 'The versions that the regions still hold, newest first.',
      positionals: [vg],
      options: {},
      run: (call) => reading(call, history),
    }),
    command({
      name: 'update',
      summary: 'Change the metadata by mutators, in one transaction.',
      positionals: [vg],
      options: { ...changeOptions, 'no-wipe': { type: 'boolean', describe: 'keep what lies at the ends of new volumes' } },
      rest: stagesText,
      run: (call) =>
        changing(call as unknown as Call<typeof changeOptions>, (ctx) =>
          update(ctx, {
            stages: stages(call, undefined),
            dryRun: call.options['dry-run'],
            selection: [],
            wipe: !call.options['no-wipe'],
          }),
        ),
    }),
    command({
      name: 'init',
      summary: 'Make the group of its labelled devices: initialise regions, commit the first version.',
      positionals: [vg],
      options: changeOptions,
      rest: stagesText,
      run: (call) => changing(call, (ctx) => init(ctx, stages(call, names(call).init), call.options['dry-run'])),
    }),
    command({
      name: 'expand',
      summary: 'Take in newly labelled devices.',
      positionals: [vg],
      options: changeOptions,
      rest: stagesText,
      run: (call) => changing(call, (ctx) => expand(ctx, stages(call, names(call).expand), call.options['dry-run'])),
    }),
    command({
      name: 'reduce',
      summary: 'Take devices out; the mutator frees them first.',
      positionals: [vg, { name: 'PV', describe: 'ids or paths', many: true }],
      options: changeOptions,
      rest: stagesText,
      run: (call) => {
        const pvs = call.positionals.slice(1);
        return changing(call, (ctx) => reduce(ctx, pvs, stages(call, ['pv_remove', ...pvs]), call.options['dry-run']));
      },
    }),
    command({
      name: 'rename',
      summary: 'Rename the group.',
      positionals: [vg, { name: 'NEW', describe: 'the new name' }],
      options: changeOptions,
      run: (call) => changing(call, (ctx) => rename(ctx, checkName(call.positionals[1] ?? '', 'group'), call.options['dry-run'])),
    }),
    command({
      name: 'activate',
      summary: 'Change what is active: words after -- select volumes as vol_activate does.',
      positionals: [vg],
      options: { ...changeOptions, degraded: { type: 'boolean', describe: 'also when devices are missing' } },
      rest: '[--all|--auto|--none] [--activate LV] [--deactivate LV]',
      run: (call) =>
        changing(call as unknown as Call<typeof changeOptions>, (ctx) =>
          activate(ctx, call.rest ?? [], call.options['dry-run'], call.options.degraded),
        ),
    }),
    command({
      name: 'recover',
      summary: 'Finish or undo what was interrupted, mend copies, bring the kernel in line.',
      positionals: [vg],
      options: {
        ...changeOptions,
        without: { type: 'list', value: 'PV', describe: 'go on without this missing device' },
        from: { type: 'list', value: 'PV', describe: 'where copies diverged: keep the version of these devices' },
      },
      run: (call) =>
        changing(call as unknown as Call<typeof changeOptions>, (ctx) => {
          if (call.options['dry-run'])
            throw fail('usage', 'no-dry-run', 'recover has no dry run', { hint: 'tm verify says what is wrong' });
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
        changing(call, (ctx) => {
          if (call.options['dry-run']) throw fail('usage', 'no-dry-run', 'destroy has no dry run');
          return destroy(ctx, stages(call, names(call).destroy));
        }),
    }),
  ],
};
