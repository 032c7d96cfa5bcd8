import type { Envelope } from '#documents/group.js';
import type { Region } from '#documents/regions.js';

/** One version as a region's superblock describes it. */
export interface Root {
  txn: string;
  parent: string;
  hash: string;
}

/** What tm knows of one copy of the record: a region of a labelled device. */
export interface Copy {
  pv: string;
  region: Region;
  /** `empty`: initialised, no version yet (it may have one prepared). */
  state: 'active' | 'prepared' | 'empty' | 'blank' | 'damaged' | 'unreadable';
  active?: Root | undefined;
  shadow?: Root | undefined;
  /** The activation of the active version has not been confirmed. */
  mark: boolean;
  /** Transactions in the region's history, newest first, where they were asked for. */
  ancestors: readonly string[];
  /** The two superblocks: `valid`, `blank` or `damaged`. */
  slots: readonly string[];
  /** PVs that the active version was made without, and the transaction they were left at; known where lineage leaves a doubt. */
  left?: Envelope['absent'];
  error?: string | undefined;
}

/** One of several versions that do not follow from each other. */
export interface Side {
  root: Root;
  copies: Copy[];
  envelope?: Envelope | undefined;
}

/** Which version counts, and what each copy needs to agree with it. */
export interface Judgement {
  /** The committed version; undefined when no copy has one, or when they diverged. */
  head: Root | undefined;
  atHead: Copy[];
  /** Prepared for the head but not flipped: the commit point has passed, so they roll forward. */
  toCommit: Copy[];
  /** Prepared for a version that no copy committed: rolled back. What is behind as well is copied over instead. */
  toAbort: Copy[];
  /** At an ancestor of the head: copied again. */
  behind: Copy[];
  /** Without a usable version: initialised and copied again. */
  unusable: Copy[];
  /** More than one version, none an ancestor of the others; grouped, most copies first. */
  diverged: Side[];
  /** Activation of the head is unfinished. */
  pending: boolean;
}

/**
 * Decides the version of a group from its copies alone. Pure.
 *
 * Transaction states of one region, and what a crash leaves:
 *
 *     active A ──prepare B──▶ active A, shadow B ──commit B──▶ active B, mark ──clear──▶ active B
 *                                   └──abort B──▶ active A
 *
 * The first copy with B active commits it for all: the others roll forward. As long as there is none, B rolls back.
 */
export function judge(copies: readonly Copy[]): Judgement {
  const versions = groupByVersion(copies);
  const head = findHead(versions);
  const judgement: Judgement = {
    head: head?.root,
    atHead: head?.copies ?? [],
    toCommit: [],
    toAbort: [],
    behind: [],
    unusable: [],
    diverged: [],
    pending: false,
  };
  if (!head && versions.length > 1) judgement.diverged = versions.sort((a, b) => b.copies.length - a.copies.length);
  for (const copy of copies) sortIn(copy, judgement);
  judgement.pending = judgement.atHead.some((c) => c.mark);
  return judgement;
}

interface Version {
  root: Root;
  copies: Copy[];
}

function groupByVersion(copies: readonly Copy[]): Version[] {
  const byKey = new Map<string, Version>();
  for (const copy of copies) {
    if (!copy.active || !(copy.state === 'active' || copy.state === 'prepared')) continue;
    const key = `${copy.active.txn} ${copy.active.hash}`; // one id with two contents is a divergence too
    const version = byKey.get(key) ?? { root: copy.active, copies: [] };
    version.copies.push(copy);
    byKey.set(key, version);
  }
  return [...byKey.values()];
}

/** The version that every other one is an ancestor of. Where ancestry goes in a circle none is: only a forged region says so. */
function findHead(versions: Version[]): Version | undefined {
  const before = (a: Version, b: Version): boolean => isAncestor(a.root.txn, b) || wasLeft(a, b);
  const follows = (v: Version, other: Version): boolean => before(other, v) && !before(v, other);
  return versions.find((v) => versions.every((other) => other === v || follows(v, other)));
}

function isAncestor(txn: string, of: Version): boolean {
  return txn !== of.root.txn && (of.root.parent === txn || of.copies.some((c) => c.ancestors.includes(txn)));
}

/** Every copy of `a` is where it was when `b`, or one that `b` comes from, went on without it. */
function wasLeft(a: Version, b: Version): boolean {
  const left = b.copies.find((c) => c.left)?.left;
  return left !== undefined && a.copies.every((c) => isLeftBehind(c, left));
}

/** It has the version that the group had when it went on without this PV, at least prepared, and nothing newer. */
export function isLeftBehind({ pv, active, shadow }: Copy, left: NonNullable<Envelope['absent']>): boolean {
  const last = left[pv];
  return last !== undefined && (active?.txn === last || shadow?.txn === last);
}

function sortIn(copy: Copy, j: Judgement): void {
  const { head } = j;
  const current = head !== undefined && copy.active?.txn === head.txn;
  const usable = copy.state === 'active' || copy.state === 'prepared';
  if (head && !current && copy.shadow?.txn === head.txn) j.toCommit.push(copy);
  else if (head && !current && usable)
    j.behind.push(copy); // what it may have prepared stays: it can tell when it was left
  else {
    if (copy.shadow) j.toAbort.push(copy);
    if (!usable) j.unusable.push(copy);
  }
}

/** True when every copy has the head, nothing is prepared and nothing needs repair. */
export function inSync(j: Judgement): boolean {
  return j.head !== undefined && j.toCommit.length + j.toAbort.length + j.behind.length + j.unusable.length === 0;
}

/** What a group is judged by as long as it goes on without some of its PVs: the copies of the others. */
export function withoutAbsent(j: Judgement, absent: readonly string[]): Judgement {
  const counts = (c: Copy): boolean => !absent.includes(c.pv);
  const { toCommit, toAbort, behind, unusable } = j;
  return {
    ...j,
    toCommit: toCommit.filter(counts),
    toAbort: toAbort.filter(counts),
    behind: behind.filter(counts),
    unusable: unusable.filter(counts),
  };
}

/** A device that is labelled but not in the envelope (new, or taken out) has no say and needs no mending. */
export function inGroup(j: Judgement, { pvs }: Pick<Envelope, 'pvs'>): Judgement {
  const member = (c: Copy) => Object.hasOwn(pvs, c.pv);
  return { ...j, behind: j.behind.filter(member), unusable: j.unusable.filter(member) };
}

/** The PVs that a group goes on without. */
export function absentFrom(envelope: Pick<Envelope, 'absent'> | undefined): string[] {
  return Object.keys(envelope?.absent ?? {});
}

/** The PVs whose copies do not count: those that the group goes on without, and those that are leaving it. */
export function notCounted(envelope: Pick<Envelope, 'absent' | 'leaving'> | undefined): string[] {
  return [...absentFrom(envelope), ...(envelope?.leaving?.pvs ?? [])];
}
