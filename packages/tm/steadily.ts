import { DvmError } from '#tool/errors.js';
import { sleep } from '#tool/pause.js';
import type { Copy } from './judge.js';
import type { Store } from './store.js';

const LOOKS = 40;
const LOOK_AGAIN_MS = 25;

/**
 * Runs a reader, which takes no lock: what a writer at work makes look wrong, copies that disagree or blocks that are written
 * anew, is looked at again until it is right or the copies stand still.
 *
 * @throws what `work` throws when they do
 */
export async function steadily<T>(store: Pick<Store, 'copies'>, work: () => Promise<T>): Promise<T> {
  let before: string | undefined;
  for (let look = 1; ; look++) {
    try {
      return await work();
    } catch (e) {
      if (!(e instanceof DvmError) || (e.exit !== 'outOfSync' && e.exit !== 'io')) throw e;
      const now = fingerprint(await store.copies());
      if (now === before || look === LOOKS) throw e;
      before = now;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

function fingerprint(copies: readonly Copy[]): string {
  return copies.map((c) => [c.state, c.active?.txn, c.shadow?.txn, c.mark].join(' ')).join();
}
