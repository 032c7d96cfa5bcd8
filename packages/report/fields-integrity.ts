import { type IntegrityStatus, parseIntegrityStatus } from '#dm/integrity-status.js';
import { lvFields, type Value } from './field.js';
import type { LvView } from './views.js';

/** Of volumes with checksums, and of raid volumes whose images have them. */
export const integrityTable = lvFields([
  ['integritymode', 'string', 'IntegMode', 'checksums: journal or bitmap', (l) => l.integrity?.segment.mode ?? null],
  [
    'integrityblocksize',
    'count',
    'IntegBlkSize',
    'checksums: bytes that one is of',
    (l) => l.integrity?.segment.blockSize ?? null,
  ],
  ['integrity_algorithm', 'string', 'IntegAlg', 'checksums: what they are', (l) => l.integrity?.segment.algorithm ?? null],
  [
    'integritymismatches',
    'count',
    'IntegMismatches',
    'checksums: blocks that came back otherwise than written, since the volume came up; of raid in all its images',
    (l) => ofStatus(l, (all) => all.reduce((sum, s) => sum + s.mismatches, 0)),
  ],
  [
    'recalculate_percent',
    'count',
    'Recalc%',
    'checksums: how much has been computed of what was there before',
    (l) => ofStatus(l, percent),
  ],
]);

function ofStatus({ integrity }: LvView, of: (all: IntegrityStatus[]) => Value): Value {
  const found = integrity?.statuses.map(parseIntegrityStatus).filter((s) => s !== undefined) ?? [];
  return found.length > 0 ? of(found) : null;
}

function percent(all: IntegrityStatus[]): number {
  const sum = (of: (s: IntegrityStatus) => number): number => all.reduce((n, s) => n + of(s), 0);
  if (all.every((s) => s.recalculated === undefined)) return 100;
  return Math.floor((sum((s) => s.recalculated ?? s.size) / sum((s) => s.size)) * 10_000) / 100;
}
