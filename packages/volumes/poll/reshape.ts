import type { Draft } from '#metadata/draft.js';
import type { Raid } from '#metadata/kinds/raid.js';
import type { Lv } from '#metadata/metadata.js';
import { endReshape } from '#metadata/raid/reshape.js';
import type { RaidStatus } from '../raid-status.js';
import type { Device } from './poll.js';

interface Reshaping {
  segment: Raid;
  reshape: NonNullable<Raid['reshape']>;
  status: RaidStatus;
  live: Device;
  note: (line: string) => void;
}

/**
 * How far a reshape is:
 *
 *     wanted ──the kernel has it in its records──▶ running ──data begins where it is to──▶ ended ──told that it is at the images' start──▶ none
 */
export function pollReshape(draft: Draft, id: string, r: Reshaping): void {
  const { segment, reshape } = r;
  const lv = draft.lvs[id] as Lv;
  if (reshape.state === 'ended') {
    const { reshape: _, ...rest } = segment;
    if (r.status.dataOffset === 0 && / data_offset 0 /.test(r.live.targets[0]?.args ?? ''))
      draft.setLv(id, { ...lv, segments: [rest] });
  } else if (isDone(draft, r)) {
    endReshape(draft, id, segment);
    r.note(`volume "${lv.name}" is laid out anew`);
  } else if (reshape.state === 'wanted' && isTold(r)) {
    draft.setLv(id, { ...lv, segments: [{ ...segment, reshape: { ...reshape, state: 'running' } }] });
  }
}

/** The kernel's own word is that data begins on the other side of the room. */
function isDone({ vg }: Draft, { reshape: { delta, space }, status, live }: Reshaping): boolean {
  if (status.action !== 'idle' || status.done !== status.of || !isTold({ reshape: { delta }, status, live })) return false;
  return status.dataOffset === (delta > 0 ? 0 : space * vg.extentSize);
}

function isTold({ reshape: { delta }, status, live }: { reshape: { delta: number }; status: RaidStatus; live: Device }): boolean {
  const images = status.health.length;
  if (delta !== 0) return status.disks === images + Math.min(0, delta);
  return status.action === 'reshape' || / data_offset /.test(live.targets[0]?.args ?? '') || status.dataOffset > 0;
}
