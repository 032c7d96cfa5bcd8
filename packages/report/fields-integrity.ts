import { type IntegrityStatus, parseIntegrityStatus } from '#dm/integrity-status.js';
import { integritySegment } from '#metadata/integrity/change.js';
import { lvFields, type Value } from './field.js';
import type { LvView } from './views.js';

/** Of volumes with checksums. */
export const integrityTable = lvFields([
  ['integritymode', 'string', 'IntegMode', 'checksums: journal or bitmap', (l) => integritySegment(l.lv)?.mode ?? null],
  [
    'integrityblocksize',
    'count',
    'IntegBlkSize',
    'checksums: bytes that one is of',
    (l) => integritySegment(l.lv)?.blockSize ?? null,
  ],
  ['integrity_algorithm', 'string', 'IntegAlg', 'checksums: what they are', (l) => integritySegment(l.lv)?.algorithm ?? null],
  [
    'integritymismatches',
    'count',
    'IntegMismatches',
    'checksums: blocks that came back otherwise than written, since the volume came up',
    (l) => ofStatus(l, (s) => s.mismatches),
  ],
  [
    'recalculate_percent',
    'count',
    'Recalc%',
    'checksums: how much has been computed of what was there before',
    (l) => ofStatus(l, percent),
  ],
]);

function ofStatus({ lv, status }: LvView, of: (status: IntegrityStatus) => Value): Value {
  const found = integritySegment(lv) ? parseIntegrityStatus(status) : undefined;
  return found ? of(found) : null;
}

function percent({ recalculated, size }: IntegrityStatus): number {
  return recalculated === undefined ? 100 : Math.floor((recalculated / size) * 10_000) / 100;
}
