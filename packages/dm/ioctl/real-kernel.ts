import { pause } from '#tool/pause.js';
import type { Target } from '../documents.js';
import { checkText, refused } from '../errno.js';
import { type DeviceInfo, type DeviceRef, type Kernel, KernelError, type ResumeFlags } from '../kernel.js';
import { type Call, Control } from './control.js';
import { DeviceEvents, type EventOptions, isHidden } from './events.js';
import {
  type CommandName,
  flags,
  packMessage,
  packTargets,
  type Reply,
  targetsSize,
  unpackDeps,
  unpackNames,
  unpackTargets,
} from './format.js';
import { isHeld } from './held.js';
import { withoutKeys } from './redact.js';

const busyRetries = 25;
const busyPause = 100;

/** The device-mapper of the running kernel, by ioctl on /dev/mapper/control. */
export class RealKernel implements Kernel {
  readonly #control: Control;
  readonly #events: DeviceEvents;

  /** @throws DvmError no-device-mapper, not-permitted */
  static open(options: EventOptions): RealKernel {
    return new RealKernel(Control.open(), new DeviceEvents(options));
  }

  constructor(control: Control, events: DeviceEvents) {
    this.#control = control;
    this.#events = events;
  }

  list(): { name: string; dev: string }[] {
    return unpackNames(this.#control.call('list')).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  create(name: string, uuid: string | undefined, minor?: number): DeviceInfo {
    checkText(name, 'name');
    checkText(uuid ?? '', 'uuid');
    const persistent = minor === undefined ? 0 : flags.persistentDev;
    return infoOf(this.#control.call('create', { name, uuid, flags: persistent, minor }));
  }

  remove(ref: DeviceRef): void {
    if (!this.#events.anySuspended) this.#events.settleBefore();
    const device = this.info(ref);
    for (let tries = 0; ; tries++) {
      try {
        this.#announced('remove', find(ref), {});
        break;
      } catch (e) {
        if (!this.#mayBecomeFree(e, device.dev) || tries === busyRetries) throw e;
        pause(busyPause);
      }
    }
    this.#events.went(device);
    this.#events.running(device.dev);
  }

  removeAll(): void {
    const before = this.list().map(({ name }) => this.info(name));
    this.#control.call('removeAll');
    const left = new Set(this.list().map(({ name }) => name));
    for (const device of before.filter(({ name }) => !left.has(name))) {
      this.#events.went(device);
      this.#events.running(device.dev);
    }
  }

  suspend(ref: DeviceRef, { noFlush, lockFs }: { noFlush?: boolean; lockFs?: boolean }): void {
    if (!this.#events.anySuspended) this.#events.settleBefore();
    const how = flags.suspend | (noFlush ? flags.noFlush : 0) | (lockFs ? 0 : flags.skipLockFs);
    const { dev } = this.#control.call('suspend', { ...find(ref), flags: how });
    this.#events.suspended(dev);
  }

  resume(ref: DeviceRef, resumeFlags: ResumeFlags): void {
    const device = this.#resumed(ref, resumeFlags);
    if (device.liveTable) this.#events.came(device);
    this.#events.running(device.dev);
  }

  load(ref: DeviceRef, targets: readonly Target[], { readOnly, secure }: { readOnly?: boolean; secure?: boolean }): void {
    for (const { type } of targets) if (Buffer.byteLength(type) > 15) throw refused('EINVAL', `"${type}" is no target type`);
    const call: Call = {
      ...find(ref),
      flags: (readOnly ? flags.readOnly : 0) | (secure ? flags.secureData : 0),
      targetCount: targets.length,
      size: targetsSize(targets),
      fill: (buffer, offset) => packTargets(buffer, offset, targets),
    };
    try {
      this.#control.call('tableLoad', call);
    } finally {
      if (secure) this.#control.wipe();
    }
  }

  clear(ref: DeviceRef): void {
    this.#control.call('tableClear', find(ref));
  }

  rename(name: string, to: string): void {
    checkText(to, 'name');
    const before = this.#infoOrNothing(name); // the answer to a rename has no uuid
    const fill = (buffer: Buffer, offset: number): void => void buffer.write(`${to}\0`, offset, 'utf8');
    const call: Call = { ...find(name), size: Buffer.byteLength(to) + 1, fill };
    this.#announced('rename', call, { hidden: before !== undefined && isHidden(before) });
    if (!before) return;
    this.#events.went(before);
    if (before.liveTable) this.#events.came({ ...before, name: to });
  }

  message(ref: DeviceRef, sector: number, text: string): string {
    const size = 8 + Buffer.byteLength(text) + 1;
    const fill = (buffer: Buffer, offset: number): void => packMessage(buffer, offset, sector, text);
    const reply = this.#control.call('message', { ...find(ref), size, fill });
    return (reply.flags & flags.dataOut) === 0 ? '' : reply.data.toString('utf8', 0, endOf(reply.data)).trimEnd();
  }

  info(ref: DeviceRef): DeviceInfo {
    return infoOf(this.#control.call('status', find(ref)));
  }

  table(ref: DeviceRef, { inactive }: { inactive?: boolean }): Target[] {
    const which = flags.statusTable | flags.secureData | (inactive ? flags.queryInactive : 0);
    const targets = unpackTargets(this.#control.call('tableStatus', { ...find(ref), flags: which }));
    if (targets.some(({ type }) => type === 'crypt' || type === 'integrity')) this.#control.wipe();
    return targets.map(withoutKeys);
  }

  status(ref: DeviceRef): Target[] {
    return unpackTargets(this.#control.call('tableStatus', find(ref)));
  }

  deps(ref: DeviceRef): string[] {
    return unpackDeps(this.#control.call('tableDeps', find(ref)));
  }

  waitEvent(ref: DeviceRef, eventNr: number, seconds: number): number {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      this.#control.call('armPoll');
      const device = this.info(ref);
      if (device.eventNr !== eventNr) return device.eventNr;
      const left = end - performance.now();
      if (left <= 0) throw refused('ETIMEDOUT', `no event of "${device.name}" within ${seconds} s`);
      this.#control.poll(Math.min(Math.ceil(left), 2 ** 30));
    }
  }

  settle(): void {
    this.#events.settle();
  }

  close(): void {
    this.#events.settle();
    this.#control.close();
  }

  #resumed(ref: DeviceRef, resumeFlags: ResumeFlags): DeviceInfo {
    try {
      return infoOf(this.#announced('suspend', find(ref), resumeFlags));
    } catch (e) {
      const device = this.#infoOrNothing(ref);
      if (device?.suspended) this.#events.suspended(device.dev); // a table that does not fit leaves it so
      throw e;
    }
  }

  /** A call that raises an event: udev is told what to do with it, and nobody waits for one that does not come. */
  #announced(command: CommandName, call: Call, how: ResumeFlags): Reply {
    const cookie = this.#events.announce(how);
    let raised = false;
    try {
      const reply = this.#control.call(command, { ...call, eventNr: cookie });
      raised = (reply.flags & flags.ueventGenerated) !== 0;
      return reply;
    } finally {
      if (!raised) this.#events.withdraw(cookie);
    }
  }

  /** Only udev's programs go away by themselves; mounts and other devices do not, and nothing is waited for while suspended. */
  #mayBecomeFree(e: unknown, dev: string): boolean {
    const busy = e instanceof KernelError && e.code === 'EBUSY';
    return busy && this.#events.hasUdev && !this.#events.anySuspended && !isHeld(dev);
  }

  #infoOrNothing(ref: DeviceRef): DeviceInfo | undefined {
    try {
      return this.info(ref);
    } catch {
      return undefined;
    }
  }
}

/** The kernel takes a name or a uuid, never both. */
function find(ref: DeviceRef): { name?: string; uuid?: string } {
  const { name, uuid } = typeof ref === 'string' ? { name: ref, uuid: undefined } : ref;
  if (uuid) checkText(uuid, 'uuid');
  else checkText(name, 'name');
  return uuid ? { uuid } : { name };
}

function infoOf(reply: Reply): DeviceInfo {
  const has = (flag: number): boolean => (reply.flags & flag) !== 0;
  const { name, uuid, dev, openCount, eventNr } = reply;
  return {
    ...{ name, uuid, dev, openCount, eventNr },
    suspended: has(flags.suspend),
    readOnly: has(flags.readOnly),
    liveTable: has(flags.activePresent),
    inactiveTable: has(flags.inactivePresent),
  };
}

function endOf(data: Buffer): number {
  const end = data.indexOf(0);
  return end < 0 ? data.length : end;
}
