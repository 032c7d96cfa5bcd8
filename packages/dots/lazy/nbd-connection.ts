import type { Socket } from 'node:net';
import { ByteReader } from './byte-reader.js';
import * as nbd from './nbd.js';

/** What is served: read-only. */
export interface Export {
  size: number;
  /** Names under which it may be asked for. */
  names: readonly string[];
  read(offset: number, length: number): Promise<Buffer>;
}

/** Bytes of answers that wait for one client, and requests. */
const mostUnderWay = 64 << 20;
const mostRequests = 128;

/** One client, from greeting to end. Whatever it sends, it gets answers or is left; nothing is thrown. */
export async function serveConnection(socket: Socket, served: Export): Promise<void> {
  socket.on('error', () => {}); // it is gone, which reading finds out too
  const input = new ByteReader(socket);
  if (await negotiate(socket, input, served)) await transmit(socket, input, served);
  socket.destroySoon();
}

/** True when the client has chosen the export. */
async function negotiate(socket: Socket, input: ByteReader, served: Export): Promise<boolean> {
  socket.write(nbd.greeting);
  const flags = (await input.read(4))?.readUInt32BE(0);
  const known = nbd.clientFlags.fixedNewstyle | nbd.clientFlags.noZeroes;
  if (flags === undefined || (flags & ~known) !== 0) return false;
  for (;;) {
    const head = await input.read(16);
    if (head === undefined || !head.subarray(0, 8).equals(nbd.optionMagic)) return false;
    const option = head.readUInt32BE(8);
    const length = head.readUInt32BE(12);
    if (length > nbd.longestOption) {
      if (length > nbd.largestRequest || !(await input.skip(length))) return false;
      socket.write(nbd.optionReply(option, nbd.replies.tooBig));
      continue;
    }
    const data = length === 0 ? Buffer.alloc(0) : await input.read(length);
    if (data === undefined) return false;
    const chosen = answerOption(socket, served, option, data, (flags & nbd.clientFlags.noZeroes) !== 0);
    if (chosen !== undefined) return chosen;
  }
}

/** True: the export is chosen. False: this is the end. Undefined: another option may follow. */
function answerOption(socket: Socket, served: Export, option: number, data: Buffer, noZeroes: boolean): boolean | undefined {
  const answer = (reply: number, more?: Buffer): void => void socket.write(nbd.optionReply(option, reply, more));
  switch (option) {
    case nbd.options.exportName: {
      if (!served.names.includes(data.toString('utf8'))) return false; // this option has no way to say no
      socket.write(Buffer.concat([nbd.exportFacts(served.size), Buffer.alloc(noZeroes ? 0 : 124)]));
      return true;
    }
    case nbd.options.info:
    case nbd.options.go: {
      const name = nbd.nameAskedFor(data);
      if (name === undefined) return void answer(nbd.replies.invalid);
      if (!served.names.includes(name)) return void answer(nbd.replies.unknown);
      for (const info of nbd.exportInfos(served.size)) answer(nbd.replies.info, info);
      answer(nbd.replies.ack);
      return option === nbd.options.go ? true : undefined;
    }
    case nbd.options.list: {
      if (data.length > 0) return void answer(nbd.replies.invalid);
      for (const name of served.names.filter((n) => n !== '')) {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(Buffer.byteLength(name), 0);
        answer(nbd.replies.server, Buffer.concat([length, Buffer.from(name)]));
      }
      return void answer(nbd.replies.ack);
    }
    case nbd.options.abort:
      answer(nbd.replies.ack);
      return false;
    default:
      return void answer(nbd.replies.unsupported);
  }
}

/** Requests are answered as they are done, many at once. */
async function transmit(socket: Socket, input: ByteReader, served: Export): Promise<void> {
  const under = new Set<Promise<void>>();
  let waiting = 0;
  for (let head = await input.read(nbd.requestBytes); head !== undefined; head = await input.read(nbd.requestBytes)) {
    const request = nbd.parseRequest(head);
    if (request === undefined || request.command === nbd.commands.disconnect) break;
    if (request.command === nbd.commands.write && !(await passOver(input, request.length))) break;
    const bytes = request.command === nbd.commands.read ? Math.min(request.length, nbd.largestRequest) : 0;
    waiting += bytes;
    const done: Promise<void> = answerRequest(socket, served, request).finally(() => {
      waiting -= bytes;
      under.delete(done);
    });
    under.add(done);
    while (under.size > 0 && (waiting > mostUnderWay || under.size > mostRequests)) await Promise.race(under);
  }
  await Promise.all(under);
}

async function passOver(input: ByteReader, length: number): Promise<boolean> {
  return length <= nbd.largestRequest && (await input.skip(length));
}

async function answerRequest(socket: Socket, served: Export, request: nbd.NbdRequest): Promise<void> {
  const { error, data } = await resultOf(served, request);
  if (socket.destroyed) return;
  const head = nbd.simpleReply(request.cookie, error);
  socket.cork();
  socket.write(head);
  const gone = data ? new Promise<void>((done) => socket.write(data, () => done())) : undefined;
  socket.uncork();
  await gone;
}

async function resultOf(served: Export, { command, offset, length }: nbd.NbdRequest): Promise<{ error: number; data?: Buffer }> {
  if (command === nbd.commands.write) return { error: nbd.errors.notPermitted };
  if (command !== nbd.commands.read) return { error: nbd.errors.notSupported };
  if (length > nbd.largestRequest || offset + length > served.size) return { error: nbd.errors.invalid };
  try {
    return { error: nbd.errors.none, data: await served.read(offset, length) };
  } catch {
    return { error: nbd.errors.io };
  }
}
