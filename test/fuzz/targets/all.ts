import type { Target } from '../engine/target.js';
import { activate } from './activate.js';
import { assembly } from './assembly.js';
import { blocks } from './blocks.js';
import { config } from './config.js';
import { discover } from './discover.js';
import { documents } from './documents.js';
import { filters } from './filters.js';
import { json } from './json.js';
import { judging } from './judge.js';
import { kernelViews, signatures } from './kernel-views.js';
import { label } from './label.js';
import { options } from './options.js';
import { planner } from './planner.js';
import { printed } from './printed.js';
import { program } from './program.js';
import { record } from './record.js';
import { region } from './region/region.js';
import { report } from './report.js';
import { schemas } from './schemas.js';
import { superblocks } from './superblocks.js';
import { suspension } from './suspension.js';
import { verbLines } from './verbs.js';
import { names, reportFilter, sizes } from './words.js';

export const targets: readonly Target[] = [
  ...[label, discover, blocks, region, record, judging],
  ...[json, documents, schemas, config, filters, activate, report, planner, program, suspension, assembly],
  ...[options, verbLines, sizes, names, reportFilter, signatures, kernelViews, superblocks, printed],
];
