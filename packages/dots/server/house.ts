import type { Json } from '#tool/json.js';
import type { Params } from './params.js';
import type { Register } from './register.js';
import type { Transfers } from './transfers.js';
import type { Verbs } from './verbs.js';

/** All that methods work with. */
export interface House {
  verbs: Verbs;
  register: Register;
  transfers: Transfers;
  /** Of commits whose caller names none. */
  author: string;
  version: string;
}

export type Method = (house: House, params: Params) => Promise<Json>;
export type Methods = Readonly<Record<string, Method>>;
