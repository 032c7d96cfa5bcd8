import type { Draft } from '../draft.js';
import type { KindRules, Reference, SegmentOf, State } from './kind.js';

type Thin = SegmentOf<'thin'>;

/** Thin volumes lie on no PV; `snapshotOf` is information, and no reference. */
export const thin: KindRules<Thin> = {
  areaLength: () => 0,
  references: ({ pool, origin }) => [base(pool), ...(origin === undefined ? [] : [base(origin)])],
  states: thinStates,
};

function base(lv: string): Reference {
  return { lv, role: 'base' };
}

function thinStates({ pool, start }: Thin, { lvs }: Draft): State[] {
  const out: State[] = [];
  const below = lvs[pool];
  if (start !== 0) out.push(['thin', 'is thin behind another segment']);
  if (below && below.segments[0]?.type !== 'thin-pool')
    out.push(['thin', `is to be thin in "${below.name}", which is no thin pool`]);
  return out;
}
