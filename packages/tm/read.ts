import type { Group } from '#documents/group.js';
import { type Context, load } from './context.js';
import { tmCommand } from './hints.js';
import { requireComplete } from './settled.js';

/** The group in its current version. Takes no lock; a version that is only prepared is not seen, and said. */
export async function read(ctx: Context, degraded: boolean): Promise<Group> {
  const loaded = await load(ctx, 'inDoubt');
  const { toCommit, toAbort, pending } = loaded.judgement;
  if (!degraded) requireComplete(ctx, loaded);
  if (toCommit.length + toAbort.length > 0)
    ctx.note(`note: ${toCommit.length + toAbort.length} regions hold a prepared version; this is the active one`);
  if (pending)
    ctx.note(
      `note: the activation of this version is unfinished; to finish it: ${tmCommand(loaded.group.envelope.group.name, 'recover')}`,
    );
  return loaded.group;
}
