import type { Work } from '../state/dot.js';
import { reachable } from '../state/history.js';
import { changing, type Store } from '../store.js';
import { removal } from '../volumes/edits.js';
import { mountsOf } from '../volumes/mounts.js';

/**
 * Removes what nothing needs: commits that no branch, and no pull under way, reaches, and volumes of pulls and inits that were cut short; a pull
 * then begins anew. Commits that are mounted stay.
 *
 * @returns ids of the volumes that went
 */
export async function gc(store: Store): Promise<{ removed: string[] }> {
  return changing(store, async ({ state }) => {
    const free: Work[] = [];
    for (const work of state.works) if (await store.isFree(work.volume.id)) free.push(work);
    // what a pull under way has brought is reached by nothing else yet
    const needed = reachable({ ...state, works: state.works.filter((w) => !free.includes(w)) });
    const idle = (owner: string, volume: { id: string; name: string }): boolean => {
      const { mounted, targets } = mountsOf(store, owner, volume);
      return !mounted && targets.length === 0;
    };
    const commits = [...state.commits.values()].filter((c) => !needed.has(c.id) && idle(c.id, c.volume));
    const gone = [...commits, ...free].map((one) => one.volume);
    if (gone.length > 0) await store.change(gone.map(removal));
    return { removed: gone.map((v) => v.id) };
  });
}
