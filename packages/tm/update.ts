import type { Word } from '#tool/programs.js';
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
  const edited = await edit(group, request.stages, ctx.names.check, ctx.programs);
  return apply(ctx, group, edited, request);
}
