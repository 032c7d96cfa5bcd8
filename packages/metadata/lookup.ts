import { isId } from '#documents/ids.js';
import { fail } from '#tool/errors.js';
import type { Draft } from './draft.js';
import { byPath } from './path-order.js';

/**
 * The id of the volume that `text` names, by id or name.
 *
 * @throws DvmError `no-volume` (exit 80), `hidden-volume` (exit 83)
 */
export function findVolume(draft: Draft, text: string): string {
  const id = isId(text) && Object.hasOwn(draft.lvs, text) ? text : draft.idOf(text);
  if (id === undefined) throw fail('notFound', 'no-volume', `volume "${text}" is not in ${draft.group}`);
  if (draft.lvs[id]?.hidden)
    throw fail('inUse', 'hidden-volume', `volume "${text}" is hidden: it belongs to another volume or to the group`);
  return id;
}

/** The volumes that names, ids and `@tag`s name, each once, in the order given; those of a tag by name. */
export function findVolumes(draft: Draft, words: readonly string[]): string[] {
  return unique(words.flatMap((w) => (w.startsWith('@') ? volumesTagged(draft, w) : [findVolume(draft, w)])));
}

function volumesTagged(draft: Draft, word: string): string[] {
  const found = Object.entries(draft.lvs).filter(([, lv]) => lv.tags?.includes(word.slice(1)) && !lv.hidden);
  if (found.length === 0) throw fail('notFound', 'no-tag', `no volume of ${draft.group} has the tag "${word}"`);
  return found.sort(([, a], [, b]) => (a.name < b.name ? -1 : 1)).map(([id]) => id);
}

/** How messages name a PV: its path where that is known, else its id. */
export function pvName(draft: Draft, id: string): string {
  return draft.devices?.[id]?.path ?? id;
}

/** The group's PVs by their devices' paths (numbers in them compare as numbers), those without a device last, by id. */
export function pvsInOrder(draft: Draft): string[] {
  return Object.keys(draft.pvs).sort(byPath((id) => draft.devices?.[id]?.path));
}

/**
 * The PVs of the group that ids, current paths and `@tag`s name, each once, in the order given.
 *
 * @throws DvmError `no-pv`, `no-tag` (exit 80)
 */
export function findPvs(draft: Draft, words: readonly string[]): string[] {
  return unique(words.flatMap((w) => pvsNamed(draft, w) ?? missingPv(draft, w)));
}

/** The same for one word; undefined when it names nothing. */
export function pvsNamed(draft: Draft, word: string): string[] | undefined {
  if (word.startsWith('@')) {
    const found = pvsInOrder(draft).filter((id) => draft.pvs[id]?.tags?.includes(word.slice(1)));
    return found.length > 0 ? found : undefined;
  }
  if (isId(word)) return Object.hasOwn(draft.pvs, word) ? [word] : undefined;
  const id = deviceAt(draft, word);
  return id !== undefined && Object.hasOwn(draft.pvs, id) ? [id] : undefined;
}

/** The PV id of the group's device at `path`. */
export function deviceAt(draft: Draft, path: string): string | undefined {
  return Object.entries(draft.devices ?? {}).find(([, d]) => d.path === path)?.[0];
}

export function missingPv(draft: Draft, word: string): never {
  if (word.startsWith('@')) throw fail('notFound', 'no-tag', `no PV of ${draft.group} has the tag "${word}"`);
  const hint = draft.devices
    ? 'name a PV by its id or the present path of its device'
    : 'paths are only known in a group document';
  throw fail('notFound', 'no-pv', `PV "${word}" is not in ${draft.group}`, { hint });
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)];
}
