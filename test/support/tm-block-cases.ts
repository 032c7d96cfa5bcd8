import { init } from '#tm/members.js';
import type { Case } from './crash-everywhere.js';
import { mutate, type Run, tm } from './tm-crash.js';

const made = tm((ctx) => init(ctx, [['vg_create']], false));
const change = (name: string, prepare: Run[], edit: Run): Case => ({ name, devices: 2, prepare, change: edit });

const base = mutate(['lv_create', 'base', '--extents', '2', '--read-only']);
const clone = ['lv_clone', 'base', 'c'];
/** Until it is told to copy: the simulated kernel is done at once. */
const lazily = mutate([...clone, '--no-hydration']);

const cached = ['lv_writecache', 'base', '--extents', '2'];
const encrypted = ['lv_crypt', 'e', '--extents', '2', '--key'];

/** Changes of volumes of fixed content, of minor numbers, of clones, of checksums and of encryption. */
export const blockCases: Case[] = [
  change('create a volume with a minor number', [made], mutate(['lv_create', 'a', '--extents', '2', '--minor', '0'])),
  change(
    'create and extend volumes that lie nowhere',
    [made, mutate(['lv_create', 'z', '--extents', '2', '--type', 'zero'])],
    mutate(['lv_extend', 'z', '--extents', '+3'], ['lv_create', 'e', '--extents', '2', '--type', 'error']),
  ),
  change('clone a volume', [made, base], mutate(clone)),
  change('turn hydration on', [made, base, lazily], mutate(['lv_set', 'c', '--hydration', 'on'])),
  change('take a finished clone apart', [made, base, mutate(clone)], mutate(['vg_check'])),
  change('remove a clone', [made, base, lazily], mutate(['lv_remove', 'c'])),
  change('give a volume checksums', [made, base], mutate(['lv_integrity', 'base'])),
  change('make a volume with checksums', [made], mutate(['lv_create', 'a', '--extents', '2'], ['lv_integrity', 'a'])),
  change('make an encrypted volume', [made], mutate([...encrypted, 'logon:dvm:e'])),
  change('extend one', [made, mutate([...encrypted, 'logon:dvm:e'])], mutate(['lv_extend', 'e', '--extents', '+2'])),
  change('put a writecache on', [made, base], mutate([...cached, '--setting', 'high_watermark=60'])),
  change('extend it', [made, base, mutate(cached)], mutate(['lv_extend', 'base', '--extents', '+2'])),
  change('take a writecache off', [made, base, mutate(cached)], mutate(['lv_writecache', 'base', '--off'])),
  change(
    '… when it is written back',
    [made, base, mutate(cached), mutate(['lv_writecache', 'base', '--off'])],
    mutate(['vg_check']),
  ),
  change('take checksums away', [made, base, mutate(['lv_integrity', 'base'])], mutate(['lv_integrity', 'base', '--off'])),
];
