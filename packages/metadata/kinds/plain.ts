import type { Draft } from '../draft.js';
import type { Segment } from '../metadata.js';
import { type KindRules, none, type SegmentOf, type State } from './kind.js';

type Plain = SegmentOf<'linear'>;

/** Smallest chunk of a stripe, in sectors: a page. */
export const smallestStripe = 8;

export const plain: KindRules<Plain> = {
  // whole ones even in metadata that nobody has checked
  areaLength: ({ count, areas }) => Math.ceil(count / areas.length),
  references: ({ areas }) =>
    areas.some((a) => a.lv !== undefined)
      ? areas.flatMap(({ lv }) => (lv === undefined ? [] : [{ lv, role: 'base' as const }]))
      : none,
  states: (segment, draft) => (isSimple(segment) ? none : stripeStates(segment, draft)),
};

function isSimple({ type, areas, stripeSize }: Plain): boolean {
  return type === 'linear' && areas.length === 1 && stripeSize === undefined;
}

/** Whether a segment is a linear or striped one: extents and nothing else. */
export function isPlain(segment: Segment): segment is Plain {
  return segment.type === 'linear' || segment.type === 'striped';
}

function stripeStates({ type, areas, count, start, stripeSize }: Plain, { vg: { extentSize } }: Draft): State[] {
  const out: State[] = [];
  const wrong = (state: string): number => out.push(['stripes', `has a ${type} segment at ${start} ${state}`]);
  if (type === 'linear') {
    if (areas.length !== 1) wrong(`of ${areas.length} areas`);
    if (stripeSize !== undefined) wrong('with a stripe size');
    return out;
  }
  if (areas.length < 2) wrong('of one area');
  if (count % areas.length !== 0) wrong(`whose ${count} extents do not divide by ${areas.length}`);
  if (stripeSize === undefined) wrong('without a stripe size');
  else if (!Number.isInteger(Math.log2(stripeSize)) || stripeSize < smallestStripe || stripeSize > extentSize)
    wrong(`with a stripe size of ${stripeSize} sectors: not a power of two from ${smallestStripe} to the extent size`);
  return out;
}
