import { parseIntegrityStatus } from '#dm/integrity-status.js';
import { integritySegment } from '#metadata/integrity/change.js';
import type { IntegritySegment } from '#metadata/kinds/integrity.js';
import type { Lv } from '#metadata/metadata.js';
import type { Poll } from './poll.js';
import type { ProgressOf } from './progress.js';

/** The kernel has taken over that checksums are to be computed: it remembers, and would begin anew if told again. */
export const pollIntegrity: Poll<IntegritySegment> = ({ draft, device }, id, segment) => {
  if (!segment.recalculate || !parseIntegrityStatus(device(id)?.status?.[0])) return;
  const { recalculate: _, ...rest } = segment;
  draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [rest] });
};

/** How far it is with the checksums of what was there before. */
export const progressOfIntegrity: ProgressOf = (lv, id, device) => {
  const status = integritySegment(lv) ? parseIntegrityStatus(device(id)?.status?.[0]) : undefined;
  if (status?.recalculated === undefined) return undefined;
  return { work: 'recalculate', done: status.recalculated, of: status.size, failed: false };
};
