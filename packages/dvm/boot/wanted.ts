import { dmName } from '#documents/names.js';
import type { Draft } from '#metadata/draft.js';
import type { Lv } from '#metadata/metadata.js';
import { isAuto } from '#volumes/select.js';

/** Which volumes are to come up. */
export interface Wanted {
  /** Leave those down that their own flag, or the group's, keeps down. */
  auto: boolean;
  /** If there are any, only what these name: groups, `GROUP/VOLUME`, or paths of volumes as a kernel command line has them. */
  only: readonly string[];
}

interface Named {
  id: string;
  name: string;
}

/** The ids of the volumes of a group that are to come up. */
export function wantedOf(draft: Pick<Draft, 'vg' | 'lvs'>, group: Named, { auto, only }: Wanted): string[] {
  if (draft.vg.exported) return [];
  const chosen = Object.entries(draft.lvs).filter(
    ([id, lv]) => !lv.hidden && (!auto || isAuto(draft, id)) && isNamed(group, lv, only),
  );
  return chosen.map(([id]) => id);
}

function isNamed(group: Named, lv: Lv, only: readonly string[]): boolean {
  return only.length === 0 || wordsOf(group, lv).some((word) => only.includes(word));
}

/** Everything that a volume goes by. */
function wordsOf({ id, name }: Named, lv: Lv): string[] {
  const full = `${name}/${lv.name}`;
  return [id, name, full, `${id}/${lv.name}`, `/dev/dvm/${full}`, `/dev/${full}`, `/dev/mapper/${dmName(name, lv.name)}`];
}
