import { tool as lv_cache } from './commands/lv_cache.js';
import { tool as lv_clone } from './commands/lv_clone.js';
import { tool as lv_convert } from './commands/lv_convert.js';
import { tool as lv_create } from './commands/lv_create.js';
import { tool as lv_crypt } from './commands/lv_crypt.js';
import { tool as lv_extend } from './commands/lv_extend.js';
import { tool as lv_integrity } from './commands/lv_integrity.js';
import { tool as lv_merge } from './commands/lv_merge.js';
import { tool as lv_reduce } from './commands/lv_reduce.js';
import { tool as lv_remove } from './commands/lv_remove.js';
import { tool as lv_rename } from './commands/lv_rename.js';
import { tool as lv_repair } from './commands/lv_repair.js';
import { tool as lv_set } from './commands/lv_set.js';
import { tool as lv_snapshot } from './commands/lv_snapshot.js';
import { tool as lv_thin } from './commands/lv_thin.js';
import { tool as lv_thin_pool } from './commands/lv_thin_pool.js';
import { tool as lv_writecache } from './commands/lv_writecache.js';
import { tool as pv_add } from './commands/pv_add.js';
import { tool as pv_move } from './commands/pv_move.js';
import { tool as pv_remove } from './commands/pv_remove.js';
import { tool as pv_reserve } from './commands/pv_reserve.js';
import { tool as pv_resize } from './commands/pv_resize.js';
import { tool as pv_set } from './commands/pv_set.js';
import { tool as vg_check } from './commands/vg_check.js';
import { tool as vg_export } from './commands/vg_export.js';
import { tool as vg_import } from './commands/vg_import.js';
import { tool as vg_remove } from './commands/vg_remove.js';
import { tool as vg_set } from './commands/vg_set.js';
import { tool as vg_split } from './commands/vg_split.js';
import type { Apply } from './filter.js';

const tools = [
  lv_cache,
  lv_clone,
  lv_convert,
  lv_create,
  lv_crypt,
  lv_extend,
  lv_integrity,
  lv_merge,
  lv_reduce,
  lv_remove,
  lv_rename,
  lv_repair,
  lv_set,
  lv_snapshot,
  lv_thin,
  lv_thin_pool,
  lv_writecache,
  pv_add,
  pv_move,
  pv_remove,
  pv_reserve,
  pv_resize,
  pv_set,
  vg_check,
  vg_export,
  vg_import,
  vg_remove,
  vg_set,
  vg_split,
];

/** Every program that is one change of a draft; a test holds the list to the directory. */
export const filters: Readonly<Record<string, Apply>> = Object.fromEntries(tools.map((t) => [t.name, t.apply]));
