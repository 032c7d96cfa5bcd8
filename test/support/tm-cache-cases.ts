import { init } from '#tm/members.js';
import type { Case } from './crash-everywhere.js';
import { mutate, tm } from './tm-crash.js';

const made = [tm((ctx) => init(ctx, [['vg_create']], false)), mutate(['lv_create', 'a', '--extents', '4'])];
const cache = (...more: string[]): string[] => ['lv_cache', 'a', '--extents', '4', ...more];
const cached = [...made, mutate(cache('--mode', 'writeback'))];
const off = ['lv_cache', 'a', '--off'];

/** Changes of caches. What is to be written back, the simulated kernel has written at once: the next poll takes the cache apart. */
export const cacheCases: Case[] = [
  { name: 'cache a live volume', devices: 2, prepare: made, change: mutate(cache()) },
  { name: 'extend a cached volume', devices: 2, prepare: cached, change: mutate(['lv_extend', 'a', '--extents', '+2']) },
  { name: 'change the mode', devices: 2, prepare: cached, change: mutate(['lv_cache', 'a', '--mode', 'writethrough']) },
  { name: 'mark a cache to go', devices: 2, prepare: cached, change: mutate(off) },
  { name: 'take a cache apart', devices: 2, prepare: [...cached, mutate(off)], change: mutate(['vg_check']) },
  { name: 'drop a cache', devices: 2, prepare: cached, change: mutate([...off, '--drop', '--force']) },
  { name: 'rename a cached volume', devices: 2, prepare: cached, change: mutate(['lv_rename', 'a', 'b']) },
  { name: 'remove a cached volume', devices: 2, prepare: cached, change: mutate(['lv_remove', 'a']) },
];
