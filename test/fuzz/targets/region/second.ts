import { noTxn } from '#documents/ids.js';
import type { Region } from '#documents/regions.js';
import { history, readContent, regionStatus } from '#replicator/replicator.js';
import { isBlank, type Read, readStates, type State, type Version } from '#test/support/second/region.js';
import { attemptAsync, must } from '../../engine/oracle.js';
import { opener, type SparseDisk } from './sparse-disk.js';

/** The product and the second reader read the same out of a region, or both refuse it. */
export async function agree(disk: SparseDisk, region: Region): Promise<void> {
  const read: Read = (offset, length) => disk.peek(offset, length);
  const [state] = readStates(region.start, region.length, read);
  const open = opener([disk]);
  const [status] = await regionStatus(open, [region]);
  const expected = state ? stateOf(state) : isBlank(region.start, region.length, read) ? 'blank' : 'damaged';
  must(status?.state === expected, `the region is ${expected}, not ${status?.state}`);
  if (!state) return;
  must((status.mark ?? false) === state.mark, `the mark is ${state.mark}`);
  const active = status.active?.txn === noTxn ? undefined : status.active;
  must(sameVersion(state.active, active), 'the active version is another');
  must(sameVersion(state.shadow, status.shadow), 'the shadow is another');
  const { versions } = await history(open, region);
  must(versions.map((v) => v.txn).join() === state.history.map((v) => v.txn).join(), 'the older versions are others');
  for (const version of [state.active, state.shadow, ...state.history.slice(0, 2)])
    if (version && isUnique(version, state)) await agreeOn(version, disk, region);
}

function sameVersion(a: Identity | undefined, b: Identity | undefined): boolean {
  return a?.txn === b?.txn && a?.parent === b?.parent && a?.hash === b?.hash && a?.time === b?.time;
}

type Identity = Pick<Version, 'txn' | 'parent' | 'hash' | 'time'>;

function stateOf({ shadow, active }: State): string {
  return shadow ? 'prepared' : active ? 'active' : 'empty';
}

/** A transaction that occurs twice, as only a forger writes it, names no version. */
function isUnique({ txn }: Version, { active, shadow, history: older }: State): boolean {
  return [active, shadow, ...older].filter((v) => v?.txn === txn).length === 1;
}

async function agreeOn({ txn, tree }: Version, disk: SparseDisk, region: Region): Promise<void> {
  const { content } = tree();
  const found = await attemptAsync(() => readContent(opener([disk]), [region], { txn }));
  must((found !== undefined) === (content !== undefined), `version ${txn} is ${content ? 'sound' : 'damaged'}`);
  if (found && content) must(found.content.equals(content), `version ${txn} has another content`);
}
