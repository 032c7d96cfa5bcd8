import type { FromSchema } from 'json-schema-to-ts';
import validateSimKernel from '#gen/sim-kernel.js';
import { documentType } from '#tool/document.js';
import type { simKernelSchema } from './state.schema.js';

/** The state of a simulated kernel (docs/formats/sim-kernel.md). */
export type SimState = FromSchema<typeof simKernelSchema>;
export type SimBacking = SimState['backing'][string];
export type SimFault = NonNullable<SimState['faults']>[number];

export const simKernelType = documentType<SimState>('sim-kernel', 1, validateSimKernel);
