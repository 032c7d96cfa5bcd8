import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from './check.js';
import { image, inTmp } from './loop.js';
import { type Ended, runProcess } from './process.js';
import { toolPath } from './runtime.js';

/** A group on image files, and tm as a process on it. */
export interface Bench {
  dir: string;
  disks: string[];
  config: string;
  discover(): Promise<string>;
  tm(words: string[], devices?: string, onStart?: (pid: number) => void): Promise<Ended>;
  script(name: string, body: string): string;
}

export async function withGroup(count: number, work: (b: Bench) => Promise<void>): Promise<void> {
  await inTmp(async (dir) => {
    const disks = Array.from({ length: count }, (_, i) => join(dir, `disk${i}.img`));
    for (const path of disks) image(path, 32 << 20);
    const config = join(dir, 'config.json');
    writeFileSync(config, JSON.stringify({ kind: 'config', version: 1, discover: { files: disks, reject: ['^/dev/'] } }), {
      mode: 0o600,
    });
    const must = async (tool: string, args: string[], input = ''): Promise<string> => {
      const r = await runProcess(toolPath(tool), ['-c', config, ...args], { input });
      assert.is(r.code, 0, `${tool} ${args.join(' ')}: ${r.stderr}`);
      return r.stdout;
    };
    for (const d of disks) await must('discover', ['add', '--wait', '60', 'vg', d]);
    const discover = () => must('discover', ['vg']);
    await must('tm', ['init', 'vg', '--no-activate', '--', 'vg_create', '--extent-size', '1M'], await discover());
    const script = (name: string, body: string): string => {
      const path = join(dir, name);
      writeFileSync(path, `#!/bin/sh\n${body}\n`);
      chmodSync(path, 0o755);
      return path;
    };
    const tm: Bench['tm'] = async (words, devices, onStart) =>
      runProcess(toolPath('tm'), ['-c', config, ...words], {
        input: devices ?? (await discover()),
        limit: 600_000,
        ...(onStart ? { onStart } : {}),
      });
    await work({ dir, disks, config, discover, tm, script });
  });
}

export const update = (...mutator: string[]): string[] => ['update', 'vg', '--no-activate', '--', ...mutator];

export function errorOf(r: Ended): { code: string; message: string; hint?: string; details?: unknown } {
  assert.is(r.stdout, '', 'nothing on standard output');
  const line = r.stderr.trimEnd().split('\n').at(-1) ?? '';
  return JSON.parse(line);
}

export async function seqno(b: Bench): Promise<number> {
  const r = await b.tm(['read', 'vg']);
  assert.is(r.code, 0, r.stderr);
  return (JSON.parse(r.stdout) as { envelope: { seqno: number } }).envelope.seqno;
}
