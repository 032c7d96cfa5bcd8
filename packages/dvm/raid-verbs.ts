import { raidFlags, recoveryFlags } from '#metadata/flags.js';

/** Options of `dvm create` for redundant volumes, handed on to lv_create. */
export const raidOptions = { ...raidFlags, ...recoveryFlags } as const;
export const raidWords = Object.keys(raidOptions);
