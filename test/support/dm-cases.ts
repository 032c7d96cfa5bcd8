import { cacheCases } from './dm-cases/caches.js';
import type { Case } from './dm-cases/case.js';
import { cloneCases } from './dm-cases/clones.js';
import { devicesCases } from './dm-cases/devices.js';
import { integrityCases } from './dm-cases/integrity.js';
import { mirrorCases } from './dm-cases/mirrors.js';
import { raidCases } from './dm-cases/raids.js';
import { runningCases } from './dm-cases/running.js';
import { tablesCases } from './dm-cases/tables.js';
import { thinCases } from './dm-cases/thin.js';

/** One set of cases for both kernels. */
export const dmCases: Record<string, Case> = {
  ...devicesCases,
  ...tablesCases,
  ...runningCases,
  ...mirrorCases,
  ...raidCases,
  ...cloneCases,
  ...integrityCases,
  ...thinCases,
  ...cacheCases,
};
