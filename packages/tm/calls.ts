import type { Call, Output } from '#tool/command.js';
import { exitCodes, fail } from '#tool/errors.js';
import type { OptionSpecs, OptionValues } from '#tool/options.js';
import type { Word } from '#tool/programs.js';
import { programsOf, type TmPrograms, tmSection } from './config.js';
import type { Context } from './context.js';
import { batchStage, inBatches, splitStages } from './edit.js';
import type { MetadataCheck } from './metadata-check.js';
import { type Edge, openContext } from './open.js';
import { steadily } from './steadily.js';

/** What the commands of tm have in common: arguments, flags, and opening the group. */

export const vg = { name: 'VG', describe: 'name or id of the group; the devices document on standard input must be of it' };
export const stagesText = 'MUTATOR [ARGUMENT…] [-- MUTATOR…]';

export const changeOptions = {
  wait: { type: 'integer', value: 'SECONDS', default: 0, describe: 'wait this long for the lock of the group' },
  'no-activate': { type: 'boolean', describe: 'change the metadata only; leave device-mapper alone' },
  kernel: { type: 'string', value: 'real|sim:FILE', describe: 'the device-mapper to drive' },
  'dry-run': { type: 'boolean', describe: 'print what would change; touch nothing' },
  'no-thin-check': { type: 'boolean', describe: 'bring thin pools up without a check of their metadata' },
  'no-cache-check': { type: 'boolean', describe: 'bring cached volumes up without a check of their caches' },
} as const satisfies OptionSpecs;

/** What is active after an update, besides what was and what is new. */
export const selectionOptions = {
  activate: { type: 'list', value: 'LV', describe: 'bring this volume up too; may be repeated' },
  deactivate: { type: 'list', value: 'LV', describe: 'leave or take this volume down, also a new one; may be repeated' },
} as const satisfies OptionSpecs;

export function selectionWords({ activate, deactivate }: OptionValues<typeof selectionOptions>): string[] {
  return [...activate.flatMap((lv) => ['--activate', lv]), ...deactivate.flatMap((lv) => ['--deactivate', lv])];
}

type ChangingCall = Edge & Pick<Call, 'exit'> & { options: OptionValues<typeof changeOptions> };

/** Opens the group under its lock, runs `work`, releases everything. */
export async function changing(call: ChangingCall, group: string, work: (ctx: Context) => Promise<Output>): Promise<Output> {
  const opened = await openContext(call, {
    group,
    write: !call.options['dry-run'],
    wait: call.options.wait * 1000,
    activate: !call.options['no-activate'],
    kernel: call.options.kernel,
    unchecked: uncheckedOf(call.options),
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

function uncheckedOf(options: ChangingCall['options']): MetadataCheck['kind'][] {
  return [
    ...(options['no-thin-check'] ? (['thin-pool'] as const) : []),
    ...(options['no-cache-check'] ? (['cache'] as const) : []),
  ];
}

/** Opens the group for reading, without a lock. */
export async function reading(call: Edge, group: string, work: (ctx: Context) => Promise<Output>): Promise<Output> {
  const opened = await openContext(call, { group, write: false, wait: 0, activate: false, kernel: undefined });
  try {
    return await steadily(opened.context.store, () => work(opened.context));
  } finally {
    await opened.close();
  }
}

/** The mutators given after `--`, or the one the config names for this command. */
export function stages(call: Pick<Call, 'rest' | 'positionals'>, standard?: string[]): string[][] {
  const given = splitStages(call.rest);
  if (given.length > 0) return given;
  if (standard && standard.length > 0) return [standard];
  throw fail('usage', 'missing-argument', 'no mutator is given', {
    hint: `write it after --, e.g. tm update ${call.positionals[0]} -- lv_create data --size 10G`,
  });
}

/** The stages of an update: a batch file, or mutators, of which dvm's own edits are gathered. */
export async function updateStages(call: UpdateCall): Promise<Word[][]> {
  const { batch } = call.options;
  if (batch === undefined) return inBatches(stages(call), names(call));
  if (call.rest && call.rest.length > 0)
    throw fail('usage', 'two-inputs', 'edits are given both by --batch and after --', {
      hint: 'write all of them into the file',
    });
  if (batch === '-') throw fail('usage', 'two-inputs', 'standard input is the devices document: --batch cannot read it too');
  return [batchStage(names(call), await call.fileBytes(batch))];
}

type UpdateCall = Pick<Call, 'rest' | 'positionals' | 'section' | 'fileBytes'> & { options: { batch: string | undefined } };

export function names(call: Pick<Call, 'section'>): TmPrograms {
  return programsOf(call.section(tmSection));
}
