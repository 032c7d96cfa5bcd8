import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '#dvm/commands/dvm.js';
import { image, inTmp } from '#test/support/loop.js';
import { Text } from '#tool/command.js';
import { outputDocument } from '#tool/invoke.js';
import { invokeTraced } from '#tool/trace.js';

/** dvm in one process on image files that may come and go, and the simulated kernel. */
export interface Bench {
  dir: string;
  /** Path of the image of that number. */
  disk(i: number): string;
  /** `--kernel sim:FILE` */
  sim: string[];
  /** Its text, or the document with `--json`. */
  run(...argv: string[]): Promise<unknown>;
  /** Of the last run. */
  exitCode(): number;
  /** Names of the devices that the simulated kernel has. */
  active(): string[];
  /** The first row of its live table. */
  table(name: string): string;
  notes: string[];
}

type Devices = Record<string, { live?: { targets: { type: string; args: string }[] } }>;

const SIZE = 64 << 20;

export async function withBench(disks: number, work: (b: Bench) => Promise<void>): Promise<void> {
  await inTmp(async (dir) => {
    const images = join(dir, 'disks');
    mkdirSync(images);
    const paths = Array.from({ length: disks }, (_, i) => join(images, `disk${i}.img`));
    for (const path of paths) image(path, SIZE);
    const config = join(dir, 'config.json');
    const discover = { files: [images], reject: ['^/dev/'] };
    writeFileSync(config, JSON.stringify({ kind: 'config', version: 1, discover }), { mode: 0o600 });
    const kernel = join(dir, 'kernel.json');
    const backing = Object.fromEntries(paths.map((p, i) => [p, { dev: `7:${i}`, size: SIZE / 512 }]));
    writeFileSync(kernel, JSON.stringify({ kind: 'sim-kernel', version: 1, backing, devices: {} }));
    const devices = (): Devices => JSON.parse(readFileSync(kernel, 'utf8')).devices;
    const notes: string[] = [];
    let last = 0;
    const run = async (...argv: string[]): Promise<unknown> => {
      const readInput = async (): Promise<never> => {
        throw new Error('dvm reads nothing');
      };
      const note = (line: string): void => void notes.push(line);
      const { output, exitCode } = await invokeTraced(tool, ['-c', config, ...argv], { readInput, note });
      last = exitCode;
      return output instanceof Text ? output.text : outputDocument(output);
    };
    await work({
      ...{ dir, run, notes, sim: ['--kernel', `sim:${kernel}`] },
      disk: (i) => paths[i] as string,
      exitCode: () => last,
      active: () => Object.keys(devices()).sort(),
      table: (name) => {
        const row = devices()[name]?.live?.targets[0];
        return row ? `${row.type} ${row.args}` : 'none';
      },
    });
  });
}
