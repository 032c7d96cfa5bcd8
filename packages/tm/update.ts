import { Attached, type Word } from '#tool/programs.js';
import { apply, type ChangeRequest } from './apply.js';
import type { Context } from './context.js';
import { edit } from './edit.js';
import type { DryRun, Outcome } from './outcome.js';
import { settled } from './settled.js';

export interface UpdateRequest extends ChangeRequest {
  /** Mutators, each with its arguments. */
  stages: Word[][];
  dryRun: boolean;
}

/**
 * Changes the metadata of a group by a chain of mutators, in one transaction with device-mapper.
 * An edit that changes nothing writes nothing.
 */
export async function update(ctx: Context, request: UpdateRequest): Promise<Outcome | DryRun> {
  const { group } = await settled(ctx, request.dryRun);
  const current = await ctx.activation?.current();
  const edited = await edit(group, [...pollStage(ctx, current), ...request.stages], ctx.names.check, ctx.programs);
  return apply(ctx, group, edited, request, current);
}

/** What the kernel has finished since (a merge, a move) is taken into the metadata first. */
function pollStage({ names: { poll } }: Context, current: unknown): Word[][] {
  return current === undefined || poll.length === 0 ? [] : [[...poll, '--current', new Attached(current)]];
}
