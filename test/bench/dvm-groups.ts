import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './figure.js';
import { node, run } from './runtime.js';

interface GroupDocument {
  metadata: { lvs: Record<string, unknown>; pvs: Record<string, unknown> };
}

/**
 * A dvm group `name` of `volumes` one-extent volumes on the device. The volumes come from a prepared document through
 * `cat` as the mutator: one transaction.
 */
export function dvmGroup(name: string, device: string, dir: string, volumes: number): void {
  must(['wipefs', '-aq', device]);
  run(node, 'dvm', ['create', name, device, '--extent-size', '64K', '--no-activate', '--wipe']);
  const group = JSON.parse(run(node, 'tm', ['read', name], run(node, 'discover', [name]))) as GroupDocument;
  const pv = Object.keys(group.metadata.pvs)[0];
  for (let i = 0; i < volumes; i++)
    group.metadata.lvs[id(i)] = {
      name: `lv${i}`,
      segments: [{ start: 0, count: 1, type: 'linear', areas: [{ pv, extent: i }] }],
    };
  const file = join(dir, `${name}.json`);
  writeFileSync(file, JSON.stringify(group));
  run(node, 'tm', ['update', name, '--no-activate', '--', '/bin/cat', file], run(node, 'discover', [name]));
}

/** Distinct ids, spread over the key space as random ones are. */
function id(n: number): string {
  const spread = (n * 2654435761) >>> 0;
  return [...spread.toString(32).padStart(7, '0'), ...n.toString(32).padStart(13, '0')]
    .map((d) => digits[parseInt(d, 32)])
    .join('');
}

const digits = 'abcdefghijklmnopqrstuvwxyz234567';
