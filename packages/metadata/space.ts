import { fail } from '#tool/errors.js';
import type { PvSpace } from './allocate.js';
import type { Draft } from './draft.js';
import { findPvs, missingPv, pvName, pvsInOrder, pvsNamed } from './lookup.js';
import { intersection, type Run, union } from './runs.js';

/** Where an allocation may take extents from: the usable PVs in order of preference, and why others are not. */
export interface Space {
  pvs: PvSpace[];
  /** By PV id. */
  excluded: Map<string, 'missing' | 'read-only' | 'not allocatable'>;
}

/**
 * The space that a list of PVs leaves: ids, paths, `@tag`s, each with extent ranges behind it if wanted
 * (`/dev/sdb:0-99:200-`). The order of the list is the order of preference; without a list, all PVs by path.
 */
export function spaceOf(draft: Draft, words: readonly string[]): Space {
  const wanted = words.length === 0 ? new Map(pvsInOrder(draft).map((id) => [id, undefined])) : rangesOf(draft, words);
  const space: Space = { pvs: [], excluded: new Map() };
  for (const [id, ranges] of wanted) {
    const why = whyNot(draft, id);
    if (why) space.excluded.set(id, why);
    else space.pvs.push({ pv: id, tags: draft.pvs[id]?.tags ?? [], runs: freeWithin(draft, id, ranges) });
  }
  return space;
}

function freeWithin(draft: Draft, id: string, ranges: readonly Run[] | undefined): readonly Run[] {
  const free = draft.free.of(id);
  return ranges ? intersection(free, ranges) : free;
}

function whyNot(draft: Draft, id: string): 'missing' | 'read-only' | 'not allocatable' | undefined {
  if (draft.devices && !draft.devices[id]) return 'missing';
  if (draft.devices?.[id]?.readOnly) return 'read-only';
  return draft.pvs[id]?.allocatable === false ? 'not allocatable' : undefined;
}

/** The listed PVs, each with the union of its ranges; undefined for the whole of it. */
export function rangesOf(draft: Draft, words: readonly string[]): Map<string, readonly Run[] | undefined> {
  const out = new Map<string, readonly Run[] | undefined>();
  for (const word of words) {
    const { name, ranges } = splitRanges(draft, word);
    for (const id of findPvs(draft, [name])) {
      const before = out.get(id);
      const whole = ranges === '' || (out.has(id) && before === undefined);
      out.set(id, whole ? undefined : union([...(before ?? []), ...parseRanges(draft, id, ranges)]));
    }
  }
  return out;
}

/** Paths may contain colons and digits themselves: a word that names a PV as it stands has no ranges. */
function splitRanges(draft: Draft, word: string): { name: string; ranges: string } {
  if (pvsNamed(draft, word)) return { name: word, ranges: '' };
  const m = /^(.+?)((?::\d+(?:-\d*|\+\d+)?)+)$/.exec(word);
  return m?.[1] && m[2] ? { name: m[1], ranges: m[2] } : missingPv(draft, word);
}

/** `:3`, `:0-9`, `:10-` (to the end), `:4+8` (start and count). */
function parseRanges(draft: Draft, id: string, text: string): Run[] {
  const extents = draft.pvs[id]?.extents ?? 0;
  return text
    .slice(1)
    .split(':')
    .map((range) => {
      const m = /^(\d+)(?:(-)(\d*)|\+(\d+))?$/.exec(range);
      const start = Number(m?.[1]);
      const end = m?.[2] ? (m[3] ? Number(m[3]) + 1 : extents) : start + Number(m?.[4] ?? 1);
      if (start < end && end <= extents) return { start, count: end - start };
      throw fail('usage', 'bad-extents', `extents "${range}" are not within PV "${pvName(draft, id)}", which has ${extents}`);
    });
}
