import type { Piece, RequisiteKind, StateResult } from '../documents/documents.js';

/** How a piece ended, as far as others ask. */
export interface Outcome {
  result: StateResult['result'];
  changed: boolean;
  /** Its module was asked, or its own conditions said that there is nothing to do; false when a requisite left it out. */
  ran: boolean;
}

/** What comes of a piece: it runs, or its requisites say how it ends. */
export type Decision =
  /** `watched`: a piece that it watches and that has changed. */
  { is: 'run'; watched?: string } | { is: 'over'; result: 'failed' | 'skipped' | 'not-run'; by: RequisiteKind; piece: string };

export type Outcomes = (key: string) => Outcome | undefined;

/**
 * Decides a piece all of whose targets are over, but those of `prereq`, which are judged before (machine.ts). The first rule that
 * applies, in this order: a target was not run, failed requisites, onfail, onchanges, something watched has changed.
 *
 * @param before pieces that name this one in their `prereq`
 */
export function decide(piece: Piece, outcomes: Outcomes, before: readonly string[] = []): Decision {
  const targets = (kind: RequisiteKind): readonly string[] => piece.requisites[kind] ?? [];
  const first = (kind: RequisiteKind, is: (o: Outcome) => boolean) => targets(kind).find((t) => test(outcomes, t, is));
  const over = (result: 'failed' | 'skipped' | 'not-run', found: Found): Decision => ({ is: 'over', result, ...found });

  const unmet = find(kinds, (kind) => first(kind, isNotRun));
  if (unmet) return over('not-run', unmet);
  const failed = find(allOf, (kind) => first(kind, isFailed)) ?? unmetAny(targets, outcomes) ?? failedBefore(before, outcomes);
  if (failed) return over('failed', failed);
  const idle = find(['onfail', 'onfail_any'], (kind) => (first(kind, isFailed) === undefined ? targets(kind)[0] : undefined));
  const sound = idle ?? find(['onfail_all'], (kind) => first(kind, (o) => !isFailed(o)));
  if (sound) return over('skipped', sound);
  const same = find(['onchanges', 'onchanges_any'], (kind) =>
    first(kind, isChanged) === undefined ? targets(kind)[0] : undefined,
  );
  if (same) return over('skipped', same);
  const watched = first('watch', isChanged) ?? first('watch_any', isChanged);
  return { is: 'run', ...(watched !== undefined && { watched }) };
}

/** Those whose targets are over before the piece is decided. */
export const kinds = [
  ...['require', 'require_any', 'watch', 'watch_any', 'onchanges', 'onchanges_any'],
  ...['onfail', 'onfail_any', 'onfail_all', 'output'],
] as readonly RequisiteKind[];

/** None of the targets may have failed. */
const allOf = ['require', 'watch', 'output', 'onchanges'] as const;

interface Found {
  by: RequisiteKind;
  piece: string;
}

function find(among: readonly RequisiteKind[], target: (kind: RequisiteKind) => string | undefined): Found | undefined {
  for (const by of among) {
    const piece = target(by);
    if (piece !== undefined) return { by, piece };
  }
  return undefined;
}

/** One target at least must have run and succeeded; of onchanges_any, a failed one is forgiven where another changed. */
function unmetAny(targets: (kind: RequisiteKind) => readonly string[], outcomes: Outcomes): Found | undefined {
  const none = (kind: RequisiteKind, is: (o: Outcome) => boolean) => !targets(kind).some((t) => test(outcomes, t, is));
  const worst = (kind: RequisiteKind) => targets(kind).find((t) => test(outcomes, t, isFailed)) ?? targets(kind)[0];
  return find(['require_any', 'watch_any', 'onchanges_any'], (kind) => {
    if (kind !== 'onchanges_any') return none(kind, (o) => o.result !== 'failed' && o.ran) ? worst(kind) : undefined;
    return none(kind, isChanged) ? targets(kind).find((t) => test(outcomes, t, isFailed)) : undefined;
  });
}

function failedBefore(before: readonly string[], outcomes: Outcomes): Found | undefined {
  const piece = before.find((key) => test(outcomes, key, isFailed));
  return piece === undefined ? undefined : { by: 'prereq', piece };
}

function test(outcomes: Outcomes, key: string, is: (o: Outcome) => boolean): boolean {
  const outcome = outcomes(key);
  return outcome !== undefined && is(outcome);
}

const isNotRun = (o: Outcome): boolean => o.result === 'not-run';
const isFailed = (o: Outcome): boolean => o.result === 'failed';
const isChanged = (o: Outcome): boolean => o.changed && !isFailed(o);
