import { type CloneStatus, parseCloneStatus } from '../clone-status.js';
import type { Instruction, Plan, Target } from '../documents.js';
import * as make from './instructions.js';
import type { Device } from './survey.js';

/** Devices of others that clones which come up read from, to be looked at before. */
export function sourcesOf(order: readonly Device[]): Pick<Plan, 'sources'> {
  const sources = order
    .filter((d) => d.loads)
    .flatMap((d) => cloneRows(d.want?.targets).map(({ args, size }) => ({ name: d.name, path: args.split(' ')[2] ?? '', size })))
    .filter(({ path }) => path.startsWith('/'));
  return sources.length > 0 ? { sources } : {};
}

/** What a live clone is to be told so that it copies as wanted: its table says how it began, its status how it is. */
export function tellClone(d: Device): Instruction[] {
  const [wanted] = cloneRows(d.want?.targets);
  const status = d.loads || !wanted ? undefined : parseCloneStatus(d.now?.status?.[0]);
  if (!wanted || !status) return [];
  return differences(status, settingsOf(wanted)).map((text) => make.message(d, text));
}

type Settings = Pick<CloneStatus, 'hydration' | 'threshold' | 'batchSize'>;

function differences(is: Settings, wanted: Settings): string[] {
  return [
    ...(is.threshold === wanted.threshold ? [] : [`hydration_threshold ${wanted.threshold}`]),
    ...(is.batchSize === wanted.batchSize ? [] : [`hydration_batch_size ${wanted.batchSize}`]),
    ...(is.hydration === wanted.hydration ? [] : [wanted.hydration ? 'enable_hydration' : 'disable_hydration']),
  ];
}

/** Of a table, whose words behind the region are those of a status behind its numbers. */
function settingsOf({ args }: Target): Settings {
  const words = args.split(' ').slice(4);
  return parseCloneStatus(`8 0/0 8 0/0 0 ${words.join(' ')} rw`) ?? { hydration: true, threshold: 1, batchSize: 1 };
}

function cloneRows(targets: readonly Target[] = []): Target[] {
  return targets.filter((t) => t.type === 'clone');
}
