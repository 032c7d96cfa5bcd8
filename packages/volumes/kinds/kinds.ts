import type { Segment } from '#metadata/metadata.js';
import type { SegmentKind } from './kind.js';
import { linear } from './linear.js';
import { striped } from './striped.js';

export const segmentKinds: Readonly<Record<Segment['type'], SegmentKind>> = { linear, striped };
