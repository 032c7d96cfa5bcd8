import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlockDevice, Roots } from '#blockdev/sysfs.js';
import { discoverTool } from '#discover/commands/discover.js';
import { envelopeReader } from '#discover/envelope.js';
import type { World } from '#discover/world.js';
import { devicesType } from '#documents/devices.js';
import validateInventory from '#gen/inventory.js';
import validateLabel from '#gen/label.js';
import { ids } from '#test/fixtures/group.js';
import { blockDevice } from '#test/support/discover-world.js';
import { Random } from '#test/support/random.js';
import { fakeRoots } from '#test/support/sysfs.js';
import { documentType } from '#tool/document.js';
import { invoke, outputDocument } from '#tool/invoke.js';
import type { Json } from '#tool/json.js';
import { attemptAsync, mustRoundTrip } from '../engine/oracle.js';
import { target, type Verdict } from '../engine/target.js';
import { mutateWords } from '../mutate/document.js';
import { mutateJson } from '../mutate/json.js';
import { interestingNumber } from '../mutate/text.js';
import { opener, SparseDisk } from './region/sparse-disk.js';

/** A machine with a few disks, and what is done to it: command lines of discover, and bytes that somebody else writes. */
type Input = { disks: Partial<BlockDevice>[]; config: Json; steps: Step[] };
type Step = { line: string[] } | { disk: number; sector: number; at: number; hex: string } | { copy: number; to: number };

const SECTORS = 32768;
const lines = [
  ['add', 'vg', '/dev/sda'],
  ['add', 'vg', '/dev/sdb', '--wait', '1'],
  ['add', 'other', '/dev/sdc', '2M+1M', '4M+64K'],
  ['add', 'vg', '/dev/sdc', 'none', '--wipe'],
  ['add', '--new', 'vg', '/dev/sda', '--dry-run'],
  ['find', 'vg'],
  ['list'],
  ['groups'],
  ['probe', '/dev/sdb'],
  ['regions', 'vg'],
  ['rm', 'vg', '/dev/sda'],
  ['rm', 'vg', '--all', '--force'],
];
const words = [...new Set([...lines.flat(), ...Object.values(ids), '1M+1M', '15M+1M', '0+8', '--', 'vg-0', '../x', ''])];

export const discover = target<Input>({
  name: 'discover',
  what: 'discover on disks with labels of every kind, spoilt and copied; its documents keep their schemas',
  quick: 300,
  seeds: () => [
    ...lines.map((line) => ({ disks: [{}], config: {}, steps: [...lines.slice(0, 2).map((l) => ({ line: l })), { line }] })),
    {
      disks: [{ blockSize: 4096 }, { readOnly: true }, { size: 8192 }],
      config: { reject: ['sdb'] },
      steps: lines.map((line) => ({ line })),
    },
    {
      disks: [{}, {}],
      config: {},
      steps: [{ line: lines[0] as string[] }, { copy: 0, to: 1 }, { line: ['list'] }, { line: ['find', 'vg'] }],
    },
  ],
  mutate: (input, random, other) => {
    const roll = random.below(10);
    if (roll === 0) return { ...input, config: mutateJson(input.config, random, other.config) };
    if (roll === 1) return { ...input, disks: [...input.disks, oddDisk(random)].slice(-3) };
    const i = random.below(input.steps.length + 1);
    if (roll < 4) return { ...input, steps: input.steps.toSpliced(i, random.below(2), oddStep(random)).slice(0, 12) };
    if (roll < 5) return { ...input, steps: [...input.steps, ...other.steps].slice(0, 12) };
    const step = input.steps[i];
    const line = step && 'line' in step ? mutateWords(step.line, random, words).slice(0, 12) : random.pick(lines);
    return { ...input, steps: input.steps.toSpliced(i, 1, { line }).slice(0, 12) };
  },
  run: async ({ disks: given, config, steps }) => {
    const { world, disks } = machine(given);
    let verdict: Verdict = 'refused';
    for (const step of steps)
      if (!('line' in step)) await meddle(step, disks);
      else if (await runLine(step.line.map(argument), config, world)) verdict = 'accepted';
    return verdict;
  },
});

function oddDisk(random: Random): Partial<BlockDevice> {
  return random.pick<Partial<BlockDevice>>([
    { readOnly: true },
    { blockSize: 4096 },
    { size: random.pick([0, 8, 16, 2048, 4096, SECTORS]) },
    { holders: ['sda'] },
    { partitions: ['sdb'] },
    { dev: '11:0' },
    { removable: true },
  ]);
}

/** Where labels are, on whole disks and on short ones. */
const places = [8, 1024, SECTORS - 8, 8192 - 8, 2048];

function oddStep(random: Random): Step {
  if (random.chance(0.3)) return { copy: random.below(3), to: random.below(3) };
  const hex = random.chance(0.3) ? '' : interestingNumber(random).toString(16).padStart(8, '0').slice(-8);
  return { disk: random.below(3), sector: random.pick(places), at: random.below(512), hex };
}

const [labelType, inventoryType] = [documentType('label', 1, validateLabel), documentType('inventory', 1, validateInventory)];

/** As the kernel hands it over: up to the first NUL. */
function argument(word: unknown): string {
  return String(word).split('\0', 1).join();
}

async function runLine(line: string[], config: Json, world: World): Promise<boolean> {
  const streams = { readInput: async () => Buffer.alloc(0), note: () => {}, config: { discover: config } };
  const documents = await attemptAsync(async () => {
    const { output } = await invoke(
      discoverTool(() => world),
      line,
      streams,
    );
    return isStream(output) ? await all(output) : [outputDocument(output)];
  });
  for (const document of documents ?? []) {
    const { kind } = document as { kind: string };
    if (kind === 'label') mustRoundTrip(document, labelType);
    else if (kind === 'inventory') mustRoundTrip(document, inventoryType);
    else if (kind === 'devices') mustRoundTrip(document, devicesType);
  }
  return documents !== undefined;
}

function isStream(output: unknown): output is AsyncIterable<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const out: unknown[] = [];
  for await (const document of stream) out.push(document);
  return out;
}

/** Bytes over a sector (all of it when there are none), or the label of one disk on another. */
async function meddle(step: Exclude<Step, { line: string[] }>, disks: SparseDisk[]): Promise<void> {
  const disk = (n: number) => disks[Math.abs(Math.trunc(n)) % disks.length] as SparseDisk;
  if ('copy' in step) {
    const [from, to] = [disk(step.copy), disk(step.to)];
    for (const [n, block] of from.blocks()) if ((n + 1) * 4096 <= to.size) await to.write(n * 4096, block);
    return;
  }
  const into = disk(step.disk);
  const offset = step.sector * 512;
  if (offset + 4096 > into.size) return;
  const block = Buffer.from(await into.read(offset, 4096));
  const bytes = Buffer.from(step.hex, 'hex');
  if (bytes.length === 0) block.fill(0);
  else bytes.copy(block, step.at);
  await into.write(offset, block);
}

function machine(given: Partial<BlockDevice>[]): { world: World; disks: SparseDisk[] } {
  const devices = ['sda', 'sdb', 'sdc'].map((name, i) => blockDevice(name, { size: SECTORS, dev: `8:${16 * i}`, ...given[i] }));
  const disks = devices.map((d) => new SparseDisk(`/dev/${d.name}`, d.size * 512, new Map(), 2 ** 24));
  const open = opener(disks);
  const random = new Random(1);
  const world: World = {
    open,
    roots: emptyRoots(),
    devices: () => devices,
    envelopes: envelopeReader(open),
    signatures: async () => [],
    wipe: async () => {},
    rereadPartitions: async () => {},
    lock: async () => ({ fd: -1, release: () => {} }),
    newId: () => Array.from({ length: 20 }, () => random.pick([...'abcdefgh'])).join(''),
  };
  return { world, disks };
}

let roots: Roots | undefined;

/** A made-up /proc in which nothing is mounted; made once a process, gone with it. */
function emptyRoots(): Roots {
  if (roots) return roots;
  const dir = mkdtempSync(join(tmpdir(), 'dvm-fuzz-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  roots = fakeRoots(dir, []);
  return roots;
}
