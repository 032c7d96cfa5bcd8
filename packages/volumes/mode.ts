/**
 * Which volumes come up where devices are missing (LVM2's words): `complete`: those that miss none; `degraded`: those too
 * whose redundancy makes up for it; `partial`: all, and what lies on missing devices fails.
 */
export const activationModes = ['complete', 'degraded', 'partial'] as const;
export type ActivationMode = (typeof activationModes)[number];
