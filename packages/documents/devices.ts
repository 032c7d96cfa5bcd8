import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/devices.js';
import { documentType } from '#tool/document.js';
import type { devicesSchema, foundDevice } from './devices.schema.js';

/** discover → tm: the devices of one group as they are now. */
export type Devices = FromSchema<typeof devicesSchema>;
export type FoundDevice = FromSchema<typeof foundDevice>;

export const devicesType = /* @__PURE__ */ documentType<Devices>('devices', 1, validate);
