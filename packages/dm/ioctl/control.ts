import { closeSync } from 'node:fs';
import { type Libc, libc, POLLIN } from '#blockdev/libc.js';
import { fail } from '#tool/errors.js';
import { codeOf } from '../errno.js';
import { KernelError } from '../kernel.js';
import { openControlNode } from './control-node.js';
import {
  type CommandName,
  flags,
  HEADER_SIZE,
  type Header,
  packHeader,
  type Reply,
  requestNumber,
  unpackReply,
} from './format.js';

export interface Call extends Header {
  /** Bytes behind the header, and who writes them. */
  size?: number;
  fill?: (buffer: Buffer, offset: number) => void;
}

/** An open /dev/mapper/control. One buffer serves all calls, so that none has to be allocated while a device is suspended. */
export class Control {
  readonly #fd: number;
  readonly #libc: Libc;
  #buffer = Buffer.alloc(64 * 1024);

  /** @throws DvmError no-device-mapper, not-permitted */
  static open(): Control {
    const control = new Control(openControlNode(), libc());
    try {
      control.call('version');
      return control;
    } catch (e) {
      control.close();
      throw e instanceof KernelError ? notUsable(e) : e;
    }
  }

  constructor(fd: number, calls: Libc) {
    this.#fd = fd;
    this.#libc = calls;
  }

  /** @throws KernelError */
  call(command: CommandName, call: Call = {}): Reply {
    this.#grow(HEADER_SIZE + (call.size ?? 0));
    for (;;) {
      packHeader(this.#buffer, call);
      call.fill?.(this.#buffer, HEADER_SIZE);
      const result = this.#libc.ioctl(this.#fd, requestNumber(command), this.#buffer);
      if (result < 0) throw this.#refusal(command, -result, call);
      const reply = unpackReply(this.#buffer);
      if ((reply.flags & flags.bufferFull) === 0) return reply;
      this.#grow(2 * this.#buffer.length);
    }
  }

  /** Overwrites what the buffer holds, keys for instance. */
  wipe(): void {
    this.#buffer.fill(0);
  }

  /** Waits for an event of any device since `armPoll` was called; false when there was none in that time. */
  poll(milliseconds: number): boolean {
    return this.#libc.poll(this.#fd, POLLIN, milliseconds) > 0;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #grow(size: number): void {
    if (this.#buffer.length < size) this.#buffer = Buffer.alloc(2 ** Math.ceil(Math.log2(size)));
  }

  #refusal(command: CommandName, errno: number, { name, uuid }: Header): KernelError {
    const code = codeOf(errno);
    const device = name || uuid;
    return new KernelError(errno, code, `${command}${device ? ` of "${device}"` : ''} was refused: ${code}`);
  }
}

function notUsable(e: KernelError) {
  if (e.code === 'EACCES' || e.code === 'EPERM')
    return fail('permission', 'not-permitted', `device-mapper cannot be used: ${e.code}`, { hint: 'run it as root' });
  return fail('unavailable', 'no-device-mapper', `device-mapper cannot be used: ${e.code}`, {
    hint: 'version 4 of its interface is needed',
  });
}
