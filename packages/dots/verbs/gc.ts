import { reachable } from '../state/history.js';
import { changing, type Store } from '../store.js';
import { removal } from '../volumes/edits.js';
import { mountsOf } from '../volumes/mounts.js';

/**
 * Removes what nothing needs: commits that no branch reaches, and volumes of pulls and inits that were cut short; a pull
 * then begins anew. Commits that are mounted stay.
 *
 * @returns ids of the volumes that went
 */
export async function gc(store: Store): Promise<{ removed: string[] }> {
  return changing(store, async ({ state }) => {
    const needed = reachable({ ...state, works: [] });
    const idle = (owner: string, volume: { id: string; name: string }): boolean => {
      const { mounted, targets } = mountsOf(store, owner, volume);
      return !mounted && targets.length === 0;
    };
    const commits = [...state.commits.values()].filter((c) => !needed.has(c.id) && idle(c.id, c.volume)).map((c) => c.volume);
    const free: typeof commits = [];
    for (const work of state.works) if (await store.isFree(work.volume.id)) free.push(work.volume);
    const gone = [...commits, ...free];
    if (gone.length > 0) await store.change(gone.map(removal));
    return { removed: gone.map((v) => v.id) };
  });
}
