import type { Draft } from '#metadata/draft.js';
import { referencesOf } from '#metadata/kinds/kinds.js';

/**
 * Which volumes come up where devices are missing (LVM2's words): `complete`: those that miss none; `degraded`: those too
 * whose redundancy makes up for it; `partial`: all, and what lies on missing devices fails.
 */
export const activationModes = ['complete', 'degraded', 'partial'] as const;
export type ActivationMode = (typeof activationModes)[number];

/** Whether some of a volume, or of what it stands on, lies on a missing device. */
export function liesOnMissing(draft: Draft, id: string): boolean {
  const segments = draft.lvs[id]?.segments ?? [];
  const here = segments.some((s) => s.areas.some(({ pv }) => pv !== undefined && !draft.devices?.[pv]));
  return here || segments.flatMap(referencesOf).some(({ lv }) => liesOnMissing(draft, lv));
}
