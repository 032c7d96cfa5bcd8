import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './figure.js';

const bin = join(__dirname, '..', '..', 'bin');

/** One of our tools by Node, without the shell or env between. */
export function tool(name: string, args: string[], input?: string | Buffer): string {
  return must(process.execPath, [join(bin, `${name}.cjs`), ...args], input);
}

interface GroupDocument {
  metadata: { lvs: Record<string, unknown>; pvs: Record<string, unknown> };
}

/**
 * A dvm group `name` of `volumes` one-extent volumes on the device. The volumes come from a prepared document through
 * `cat` as the mutator: one transaction.
 */
export function dvmGroup(name: string, device: string, dir: string, volumes: number): void {
  must('wipefs', ['-aq', device]);
  tool('dvm', ['create', name, device, '--extent-size', '64K', '--no-activate', '--wipe']);
  if (volumes === 0) return;
  const group = JSON.parse(tool('tm', ['read', name], tool('discover', [name]))) as GroupDocument;
  const pv = Object.keys(group.metadata.pvs)[0];
  for (let i = 0; i < volumes; i++)
    group.metadata.lvs[id(i)] = {
      name: `lv${i}`,
      segments: [{ start: 0, count: 1, type: 'linear', areas: [{ pv, extent: i }] }],
    };
  const file = join(dir, `${name}.json`);
  writeFileSync(file, JSON.stringify(group));
  tool('tm', ['update', name, '--no-activate', '--', '/bin/cat', file], tool('discover', [name]));
}

/** Distinct ids, spread over the key space as random ones are. */
function id(n: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  let x = (n * 2654435761) >>> 0;
  let out = '';
  for (let i = 0; i < 6; i++) {
    out += alphabet[x & 31];
    x >>>= 5;
  }
  return (
    out +
    n
      .toString(32)
      .replace(/[0189]/g, (d) => ({ '0': 'w', '1': 'x', '8': 'y', '9': 'z' })[d] ?? d)
      .padStart(14, 'a')
  );
}
