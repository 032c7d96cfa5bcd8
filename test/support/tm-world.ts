import { planType } from '#dm/documents.js';
import { dump } from '#dm/dump.js';
import { type Kernel, KernelError } from '#dm/kernel.js';
import { run } from '#dm/program/machine.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import type { SimState } from '#dm/sim/state.js';
import type { Devices } from '#documents/devices.js';
import type { Region } from '#documents/regions.js';
import { inProcessPrograms } from '#dvm/runner.js';
import type { Activation, PlanView } from '#tm/activation.js';
import { programsOf } from '#tm/config.js';
import type { Context } from '#tm/context.js';
import { openStore } from '#tm/replicator-store.js';
import { Attached, type Programs } from '#tool/programs.js';
import { Disks } from './disk.js';
import { Random } from './random.js';

/** Sectors. The images hold only the regions; the rest of the devices is known to the simulated kernel alone. */
const region = { start: 2048, length: 1024 };
const imageBytes = (region.start + region.length) * 512;
const deviceSectors = 2 ** 21;

const ids = ['aaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbb', 'cccccccccccccccccccc', 'dddddddddddddddddddd'];
export const groupId = 'gggggggggggggggggggg';
export const pathOf = (i: number): string => `/sim/${i}`;
export const pvOf = (i: number): string => ids[i] as string;

/**
 * A machine for tm: simulated disks, a simulated kernel, the real filters, planner and replicator. Every write, flush
 * and changing ioctl is a step; `dieAt(n)` stops the machine before step n, after which nothing reaches disk or kernel.
 */
export class TmWorld {
  disks: Disks;
  kernel: SimKernel;
  random: Random;
  /** What tm had zeroed. */
  readonly zeroed: Region[] = [];
  #step = 0;
  #deathAt = Number.POSITIVE_INFINITY;
  #made = 0;
  #ioctls = 0;
  #failing = Number.POSITIVE_INFINITY;

  constructor(devices: number, seed = 1) {
    this.disks = new Disks(
      Array.from({ length: devices }, (_, i) => pathOf(i)),
      imageBytes,
    );
    this.kernel = freshKernel(devices);
    this.random = new Random(seed);
    this.#watch();
  }

  get steps(): number {
    return this.#step;
  }
  get dead(): boolean {
    return this.#step > this.#deathAt;
  }

  dieAt(step: number): void {
    this.#step = 0;
    this.#deathAt = step;
    this.disks.record();
  }

  /** Lets the `n`th changing ioctl from now on, counted from 0, fail once. */
  failIoctl(n: number): void {
    this.#ioctls = 0;
    this.#failing = n;
  }

  /** True once the ioctl has failed. */
  get ioctlFailed(): boolean {
    return this.#ioctls > this.#failing;
  }

  /** The next boot after a kill of the process: all that was written is there, and so is the kernel. */
  restartProcess(): void {
    this.#revive(this.disks.copy());
  }

  /** The next boot after a power cut: unflushed sectors may be lost, the kernel starts empty. */
  powerCut(): void {
    this.kernel = freshKernel(this.deviceCount, this.kernel.state().pools); // pools write before they answer
    this.#revive(this.disks.crash(this.disks.log.length, this.random));
  }

  get deviceCount(): number {
    return Object.keys(this.kernel.state().backing).length;
  }

  /** The context of one run of tm on these devices. */
  async context(present: number[], name = 'vg'): Promise<Context> {
    const devices = devicesDocument(present, name);
    const programs = inProcessPrograms({ configPath: undefined, trace: undefined, note: () => {} }, undefined);
    return {
      devices,
      programs,
      names: programsOf({}),
      store: await openStore(devices.devices, this.disks.open, true),
      activation: this.#activation(programs),
      newTxn: () => this.random.hex(16),
      now: () => new Date(1_700_000_000_000 + this.#made++ * 1000).toISOString(),
      host: 'test',
      renameLabels: async () => {},
      refuseTakenName: async () => {},
      zero: async (ranges) => {
        this.zeroed.push(...ranges);
        if (!this.dead) for (const { path, start, length } of ranges) this.kernel.wiped(path, start, length);
      },
      note: () => {},
    };
  }

  /** The mortal kernel: dead machines answer nothing. */
  mortalKernel(): Kernel {
    return new Proxy<Kernel>(this.kernel, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (changing.has(String(key)) ? this.#dies() : this.dead) throw new KernelError(5, 'EIO', 'the machine is dead');
          if (changing.has(String(key)) && this.#ioctls++ === this.#failing) throw new KernelError(12, 'ENOMEM', 'no memory');
          return Reflect.apply(value, target, args);
        };
      },
    });
  }

  #activation(programs: Programs): Activation {
    return {
      current: async () => dump(this.mortalKernel()),
      plan: async (next, previous, words, known) => {
        const current = known ?? dump(this.mortalKernel());
        const before = previous ? ['--previous', new Attached(previous)] : [];
        const desired = await programs.run(['vol_activate', '--current', new Attached(current), ...before, ...words], next);
        return (await programs.run(['dmactivate', new Attached(current), '-'], desired)) as PlanView;
      },
      start: async (plan) => {
        const { phases } = planType.parse(plan, 'plan');
        return { run: async (phase) => run(phases[phase], this.mortalKernel(), { phase }), end: async () => {} };
      },
    };
  }

  #revive(disks: Disks): void {
    this.disks = disks;
    this.#deathAt = Number.POSITIVE_INFINITY;
    this.#watch();
  }

  #watch(): void {
    this.disks.fault = (op) => (op.kind === 'read' ? this.dead : this.#dies());
  }

  #dies(): boolean {
    return ++this.#step > this.#deathAt;
  }
}

const changing = new Set(['create', 'remove', 'removeAll', 'suspend', 'resume', 'load', 'clear', 'rename', 'message']);

function freshKernel(devices: number, pools?: SimState['pools']): SimKernel {
  const backing: SimState['backing'] = {};
  for (let i = 0; i < devices; i++) backing[pathOf(i)] = { dev: `8:${i * 16}`, size: deviceSectors };
  return new SimKernel({ kind: 'sim-kernel', version: 1, backing, devices: {}, ...(pools ? { pools } : {}) });
}

function devicesDocument(present: number[], name: string): Devices {
  const devices = Object.fromEntries(
    present.map((i) => [
      pvOf(i),
      { path: pathOf(i), dev: `8:${i * 16}`, size: deviceSectors, blockSize: 512 as const, regions: [region] },
    ]),
  );
  return { kind: 'devices', version: 1, group: { id: groupId, name }, devices, missing: {}, problems: [] };
}
