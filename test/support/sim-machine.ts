import { planType } from '#dm/documents.js';
import { dump } from '#dm/dump.js';
import { type Kernel, KernelError } from '#dm/kernel.js';
import { run } from '#dm/program/machine.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import type { SimState } from '#dm/sim/state.js';
import type { Activation, PlanView } from '#tm/activation.js';
import { Attached, type Programs } from '#tool/programs.js';
import type { Disks } from './disk.js';
import type { Random } from './random.js';

/** An instant: what had been asked of the disks, what the kernel had done. */
export interface Instant {
  /** Writes and flushes done. */
  ops: number;
  kernel: SimState;
}

/** How a machine stops: the process is killed (all writes arrive, the kernel lives on), or the power fails. */
export type Stop = 'killed' | 'power cut';

/** Simulated disks and a simulated kernel. All that is done to them is recorded, so that any instant can be gone back to. */
export class SimMachine {
  readonly disks: Disks;
  readonly kernel: SimKernel;
  /** The instants between steps, a step being a write, a flush or an ioctl that changes something. */
  instants: Instant[] = [];
  #ioctls = 0;
  #failing = Number.POSITIVE_INFINITY;

  constructor(disks: Disks, kernel: SimState) {
    this.disks = disks;
    this.kernel = new SimKernel(kernel);
    this.record();
  }

  /** Records from now on. */
  record(): void {
    this.disks.record();
    this.instants = [{ ops: 0, kernel: this.kernel.state() }];
    this.disks.watch = () => this.instants.push({ ops: this.disks.log.length, kernel: this.#last.kernel });
  }

  get #last(): Instant {
    return this.instants.at(-1) as Instant;
  }

  /** The machine as it is after it stopped at an instant; what is left by a power cut is a matter of chance. */
  stoppedAt({ ops, kernel }: Instant, how: Stop, random: Random): SimMachine {
    if (how === 'killed') return new SimMachine(this.disks.after(ops), kernel);
    return new SimMachine(this.disks.crash(ops, random), { ...kernel, devices: {} });
  }

  /** The same at present. */
  copy(): SimMachine {
    return new SimMachine(this.disks.copy(), this.kernel.state());
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

  activation(programs: Programs): Activation {
    return {
      current: async () => dump(this.kernel),
      plan: async (next, previous, words, known) => {
        const current = known ?? dump(this.kernel);
        const before = previous ? ['--previous', new Attached(previous)] : [];
        const desired = await programs.run(['vol_activate', '--current', new Attached(current), ...before, ...words], next);
        return (await programs.run(['dmactivate', new Attached(current), '-'], desired)) as PlanView;
      },
      start: async (plan) => {
        const { phases } = planType.parse(plan, 'plan');
        return { run: async (phase) => run(phases[phase] ?? [], this.#watched(), { phase }), end: async () => {} };
      },
    };
  }

  /** The kernel, which records its changes and fails when it is to. */
  #watched(): Kernel {
    return new Proxy<Kernel>(this.kernel, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (!changing.has(String(key))) return value.bind(target);
        return (...args: unknown[]): unknown => {
          if (this.#ioctls++ === this.#failing) throw new KernelError(12, 'ENOMEM', 'no memory');
          const result: unknown = Reflect.apply(value, target, args);
          this.instants.push({ ops: this.disks.log.length, kernel: this.kernel.state() });
          return result;
        };
      },
    });
  }
}

const changing = new Set(['create', 'remove', 'removeAll', 'suspend', 'resume', 'load', 'clear', 'rename', 'message']);
