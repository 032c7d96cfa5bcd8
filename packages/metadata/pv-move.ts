import { newId } from '#documents/ids.js';
import { fail } from '#tool/errors.js';
import type { Extents, Sectors } from '#tool/units.js';
import { allocate, type PvSpace } from './allocate.js';
import type { Draft } from './draft.js';
import { areaLength, partsOf } from './kinds/kinds.js';
import { isPlain } from './kinds/plain.js';
import { findVolume, pvName } from './lookup.js';
import { mergeSegments } from './merge-segments.js';
import type { Area, Lv, Segment } from './metadata.js';
import { cutAt, split } from './move-areas.js';
import { intersection, type Run } from './runs.js';
import { siblingPvs } from './siblings.js';
import { rangesOf, spaceOf } from './space.js';

export interface Move {
  /** A PV, with ranges of its extents if wanted. */
  from: string;
  /** PVs to move to, in order of preference; any others when empty. */
  to: readonly string[];
  /** Only what belongs to this volume. */
  volume?: string | undefined;
  /** At most so many extents now; the rest by further moves. */
  most?: Extents | undefined;
  /** Of the hidden volume that does the move. */
  id?: string | undefined;
}

/** Sectors copied as one: 512 KiB, as LVM2 has it; smaller where an extent is. */
const REGION: Sectors = 1024;

/**
 * Begins to move extents off a PV: a hidden mirror of where they are and where they go takes their place below the volumes.
 * When the kernel has copied it, `endMove` puts the new place alone there (vg_poll does).
 *
 * @returns notes for people
 * @throws DvmError `no-pv`, `no-volume` (exit 80), `no-space` (exit 82)
 */
export function movePv(draft: Draft, m: Move): string[] {
  const [from, ranges] = [...rangesOf(draft, [m.from])][0] as [string, readonly Run[] | undefined];
  const within = ranges ?? [{ start: 0, count: draft.pvs[from]?.extents ?? 0 }];
  const job: Job = { draft, from, within, to: m.to, left: m.most ?? Number.MAX_SAFE_INTEGER, id: m.id ?? newId(), segments: [] };
  for (const id of volumesOf(draft, m.volume)) if (job.left > 0) moveVolume(job, id);
  if (job.segments.length === 0) return [`nothing of PV "${pvName(draft, from)}" is left to move`];
  draft.setLv(job.id, { name: freeName(draft), hidden: true, segments: job.segments });
  return [];
}

/** A move while it is put together. */
interface Job {
  draft: Draft;
  from: string;
  within: readonly Run[];
  to: readonly string[];
  left: Extents;
  /** The hidden volume, and its mirrors so far. */
  id: string;
  segments: Segment[];
}

function volumesOf(draft: Draft, volume: string | undefined): string[] {
  if (volume === undefined) return Object.keys(draft.lvs).filter((id) => !isMove(draft.lvs[id] as Lv));
  const id = findVolume(draft, volume);
  return [id, ...partsOf(draft.lvs, id)];
}

function moveVolume(job: Job, id: string): void {
  const { draft, from } = job;
  const lv = draft.lvs[id] as Lv;
  if (!lv.segments.some((s) => isPlain(s) && s.areas.some((a) => a.pv === from))) return;
  const segments = lv.segments.flatMap((s) => (isPlain(s) ? moveSegment(job, id, lv, s) : [s]));
  draft.setLv(id, { ...lv, segments: mergeSegments(segments) });
}

function moveSegment(job: Job, id: string, lv: Lv, segment: Segment): Segment[] {
  return cutAt(segment, job.from, job.within).flatMap((piece) => movePiece(job, id, lv, piece));
}

/** Area by area, for a stripe may be on the PV twice. */
function movePiece(job: Job, id: string, lv: Lv, piece: Segment): Segment[] {
  const column = piece.areas.findIndex((a) => isToMove(job, a, areaLength(piece)));
  if (column < 0 || job.left === 0) return [piece];
  const length = areaLength(piece);
  if (length > job.left) return split(piece, [job.left]).flatMap((part) => movePiece(job, id, lv, part));
  const rows = room(job, id, lv, piece, length);
  job.left -= length;
  let at = 0;
  const cuts = rows.map((r) => (at += r.length));
  return split(piece, cuts.slice(0, -1)).flatMap((part, i) => {
    const [source, target] = [part.areas[column] as Area, rows[i]?.areas[0] as Area];
    const areas = part.areas.with(column, mirrorOf(job, source, target, areaLength(part)));
    return movePiece(job, id, lv, { ...part, areas } as Segment);
  });
}

function isToMove({ from, within }: Job, { pv, extent }: Area, length: Extents): boolean {
  return pv === from && intersection(within, [{ start: extent, count: length }]).length > 0;
}

/** Extents for one area, on none of the PVs that its loss must not coincide with. */
function room({ draft, from, to }: Job, id: string, lv: Lv, piece: Segment, length: Extents) {
  const space = spaceOf(draft, to);
  const policy = lv.allocation ?? draft.vg.allocation;
  const others = policy === 'anywhere' ? [] : piece.areas.flatMap((a) => a.pv ?? []);
  const avoid = new Set([from, ...others, ...siblingPvs(draft, id)]);
  const usable: PvSpace[] = space.pvs.filter((s) => !avoid.has(s.pv));
  const rows = allocate({ policy: policy === 'contiguous' ? policy : 'anywhere', stripes: 1, length, space: usable });
  if (!rows) throw noRoom(draft, lv, from, length);
  draft.take(rows);
  return rows;
}

function noRoom(draft: Draft, lv: Lv, from: string, length: Extents) {
  const what = `${length} extents of volume "${lv.name}" on PV "${pvName(draft, from)}"`;
  return fail('noSpace', 'no-space', `${what} have nowhere to go`, {
    hint: 'name other PVs to move to, or add one; stripes and images stay on different PVs',
  });
}

/** The mirror of two places, as an area of the volume that lies on it. */
function mirrorOf(job: Job, source: Area, target: Area, count: Extents): Area {
  const last = job.segments.at(-1);
  const start = last ? last.start + last.count : 0;
  const regionSize = Math.min(REGION, job.draft.vg.extentSize);
  job.segments.push({ start, count, type: 'mirror', areas: [source, target], regionSize });
  return { lv: job.id, extent: start };
}

function freeName(draft: Draft): string {
  for (let n = 0; ; n++) if (draft.idOf(`pvmove${n}`) === undefined) return `pvmove${n}`;
}

/** Whether a volume is the hidden mirror of a move. */
export function isMove({ name, hidden }: Lv): boolean {
  return hidden === true && /^pvmove\d+$/.test(name);
}

/** The hidden mirrors of moves that are not ended. */
export function movesOf({ lvs }: Pick<Draft, 'lvs'>): string[] {
  return Object.keys(lvs).filter((id) => isMove(lvs[id] as Lv));
}

/** Puts one side of a move's mirrors below the volumes for good, and gives up the other. */
export function endMove(draft: Draft, move: string, side: 'source' | 'target'): void {
  const mirrors = draft.lvs[move]?.segments ?? [];
  const place = (area: Area): Area => (area.lv === move ? sideOf(mirrors, area.extent, side === 'source' ? 0 : 1) : area);
  for (const [id, lv] of Object.entries(draft.lvs)) {
    if (!lv.segments.some((s) => s.areas.some((a) => a.lv === move))) continue;
    const segments = lv.segments.flatMap((s) => whole(mirrors, move, s)).map((s) => ({ ...s, areas: s.areas.map(place) }));
    draft.setLv(id, { ...lv, segments: mergeSegments(segments as Segment[]) });
  }
  draft.removeLv(move);
}

/** A segment cut where it passes from one mirror to the next: volumes join what lies side by side. */
function whole(mirrors: readonly Segment[], move: string, segment: Segment): Segment[] {
  const cuts = segment.areas.flatMap((a) => (a.lv === move ? mirrors.map((m) => m.start - a.extent) : []));
  return split(segment, [...new Set(cuts.filter((at) => at > 0 && at < areaLength(segment)))]);
}

function sideOf(mirrors: readonly Segment[], extent: Extents, side: 0 | 1): Area {
  const mirror = mirrors.find((m) => extent >= m.start && extent < m.start + m.count) as Segment;
  const area = mirror.areas[side] as Area;
  return { ...area, extent: area.extent + extent - mirror.start };
}
