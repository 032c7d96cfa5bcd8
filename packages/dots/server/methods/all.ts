import type { Methods } from '../house.js';
import { commitMethods } from './commits.js';
import { mountMethods } from './mounts.js';
import { serverMethods } from './server.js';
import { volumeMethods } from './volumes.js';

/** By their names behind `DotmeshRPC.`. */
export const methods: Methods = { ...serverMethods, ...volumeMethods, ...commitMethods, ...mountMethods };

/** Those after which the group may be another one. */
export const changing: ReadonlySet<string> = new Set(['Create', 'Delete', 'Commit', 'Branch', 'Rollback', 'Fork']);
