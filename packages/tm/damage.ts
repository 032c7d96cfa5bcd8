import { mapParallel } from '#blockdev/parallel.js';
import { DvmError } from '#tool/errors.js';
import type { Copy, Judgement } from './judge.js';
import type { Store } from './store.js';

/** Copies whose superblocks are fine and whose content is not, each with what is wrong. */
export type Damage = ReadonlyMap<Copy, DvmError>;

/** Read at a time: each may be large. */
const PARALLEL = 8;

/**
 * Reads the content of copies, whose checksums say whether it is whole.
 *
 * @param every false: only until one is found whole, since what is read is the same everywhere
 */
export async function findDamage(store: Pick<Store, 'read'>, copies: readonly Copy[], every: boolean): Promise<Damage> {
  const damage = new Map<Copy, DvmError>();
  const isWhole = async (copy: Copy): Promise<boolean> => {
    const error = await damageOf(store, copy);
    if (error) damage.set(copy, error);
    return !error;
  };
  if (every) await mapParallel([...copies], PARALLEL, isWhole);
  else for (const copy of copies) if (await isWhole(copy)) break;
  return damage;
}

async function damageOf(store: Pick<Store, 'read'>, copy: Copy): Promise<DvmError | undefined> {
  try {
    await store.read(copy);
    return undefined;
  } catch (e) {
    if (e instanceof DvmError) return e;
    throw e;
  }
}

/** The judgement with damaged copies among those that need the version copied to them. Which one counts does not change. */
export function withDamage(j: Judgement, damage: Damage): Judgement {
  const isWhole = (c: Copy): boolean => !damage.has(c);
  return { ...j, atHead: j.atHead.filter(isWhole), unusable: [...j.unusable, ...damage.keys()] };
}
