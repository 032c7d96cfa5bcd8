import { lockGroup } from '#blockdev/locks.js';
import type { Program } from '#dm/documents.js';
import type { Pipeline } from '#pipeline/pipeline.js';
import { type RunOptions, runPipeline, runTool } from '#pipeline/runner.js';
import { update } from '../verbs.js';
import type { Action } from './decide.js';

/** Milliseconds that the lock of a group is waited for: people's own changes go first. */
const WAIT = 10_000;

/** The pipelines of an action, the same as those of the verbs; none for one that is no change of metadata. */
export function pipelinesOf(action: Action): Pipeline[] {
  const { group, volume, add = 0, percent = 0 } = action;
  const tm = ['--wait', String(WAIT / 1000)];
  const size = `+${Math.ceil(add / 2)}K`;
  if (action.do === 'low-water') return [update(group, tm, ['lv_set', volume, '--low-water', `${percent}%`])];
  if (action.do === 'extend-metadata') return [update(group, tm, ['lv_extend', volume, '--metadata-size', size])];
  if (action.do === 'extend' || action.do === 'extend-snapshot')
    return [update(group, tm, ['lv_extend', volume, '--size', size])];
  if (action.do === 'replace') return [update(group, tm, ['lv_repair', volume]), update(group, tm, ['vg_check'])];
  return action.do === 'finish' ? [update(group, tm, ['vg_check'])] : [];
}

/** @throws DvmError what the programs refuse it with */
export async function perform(action: Action, run: RunOptions): Promise<void> {
  if (action.do === 'revive') return revive(action, run);
  for (const pipeline of pipelinesOf(action)) await runPipeline(pipeline, run);
}

/** The kernel looks at devices that it has given up when the raid is resumed (dm-raid.c, raid_resume). */
async function revive({ group, name }: Action, run: RunOptions): Promise<void> {
  const lock = await lockGroup(group, { wait: WAIT });
  try {
    const program: Program = {
      kind: 'program',
      version: 1,
      instructions: [
        { op: 'suspend', id: { name } },
        { op: 'resume', id: { name } },
        { op: 'exit', code: 0 },
      ],
    };
    await runTool(['dmexec'], program, run);
  } finally {
    lock.release();
  }
}
