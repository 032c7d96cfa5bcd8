import {
  HEADER_SIZE,
  packHeader,
  packMessage,
  packTargets,
  requestNumber,
  targetsSize,
  unpackDeps,
  unpackNames,
  unpackReply,
  unpackTargets,
} from '#dm/ioctl/format.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('ioctl format');

test('numbers of requests are those of linux/dm-ioctl.h', () => {
  assert.is(requestNumber('version'), 0xc138fd00);
  assert.is(requestNumber('create'), 0xc138fd03);
  assert.is(requestNumber('tableLoad'), 0xc138fd09);
  assert.is(requestNumber('message'), 0xc138fd0e);
  assert.is(requestNumber('armPoll'), 0xc138fd10);
});

test('a header has its fields where the kernel looks for them', () => {
  const b = Buffer.alloc(400, 0xff);
  packHeader(b, { name: 'foo', uuid: 'U-1', flags: 0x8000, targetCount: 3, eventNr: 0xc0ffee01 });
  assert.equal(
    [0, 4, 8, 12, 16, 20, 24, 28, 32].map((at) => b.readUInt32LE(at)),
    [4, 0, 0, 400, 312, 3, 0, 0x8000, 0xc0ffee01],
  );
  assert.is(b.toString('latin1', 48, 52), 'foo\0');
  assert.is(b.toString('latin1', 176, 180), 'U-1\0');
  assert.is(b[HEADER_SIZE], 0xff);
});

test('a reply is read from the same places', () => {
  const b = Buffer.alloc(400);
  packHeader(b, { name: 'n'.repeat(127), uuid: 'u'.repeat(127), flags: 0x22, targetCount: 2, eventNr: 9 });
  b.writeInt32LE(5, 24);
  b.writeBigUInt64LE(BigInt((254 << 8) | 0x34) | (0x12n << 20n), 40);
  const { data, ...reply } = unpackReply(b);
  assert.equal(reply, {
    ...{ flags: 0x22, targetCount: 2, openCount: 5, eventNr: 9, dev: '254:4660' },
    ...{ name: 'n'.repeat(127), uuid: 'u'.repeat(127) },
  });
  assert.is(data.length, 400 - HEADER_SIZE);
});

test('rows of a table are packed one behind the other, starts added up', () => {
  const targets = [
    { type: 'linear', size: 1024, args: '7:0 0' },
    { type: 'error', size: 2 ** 40, args: '' },
  ];
  const b = Buffer.alloc(HEADER_SIZE + targetsSize(targets), 0xff);
  packTargets(b, HEADER_SIZE, targets);
  const second = HEADER_SIZE + 48;
  assert.is(b.readUInt32LE(HEADER_SIZE + 20), 48);
  assert.is(b.toString('latin1', HEADER_SIZE + 40, HEADER_SIZE + 46), '7:0 0\0');
  assert.is(b.readBigUInt64LE(second), 1024n);
  assert.is(b.readBigUInt64LE(second + 8), 2n ** 40n);
  assert.is(b.toString('latin1', second + 24, second + 30), 'error\0');
  assert.is(b.length, second + 48);
});

test('a status lists rows by offsets from the first', () => {
  const targets = [
    { type: 'linear', size: 8, args: '7:0 0' },
    { type: 'striped', size: 64, args: '2 8 7:0 0 7:1 0' },
  ];
  const data = Buffer.alloc(targetsSize(targets));
  packTargets(data, 0, targets);
  data.writeUInt32LE(48, 20);
  assert.equal(unpackTargets(reply(data, 2)), targets);
  assert.equal(unpackTargets(reply(data.subarray(0, 60), 2)), targets.slice(0, 1));
});

test('a name of a target that fills its field ends with it: the byte behind is whatever was there', () => {
  const targets = [{ type: 'snapshot-origin', size: 8, args: '254:0' }];
  const data = Buffer.alloc(targetsSize(targets));
  packTargets(data, 0, targets);
  data.writeUInt8(0x41, 24 + 15);
  assert.equal(unpackTargets(reply(data, 1)), targets);
});

test('names, dependencies and messages', () => {
  assert.equal(unpackNames(reply(Buffer.alloc(16))), []);
  const names = Buffer.alloc(48);
  names.writeBigUInt64LE(BigInt((254 << 8) | 1), 0);
  names.writeUInt32LE(24, 8);
  names.write('one\0', 12);
  names.writeBigUInt64LE(BigInt(254 << 8), 24);
  names.write('two\0', 36);
  assert.equal(unpackNames(reply(names)), [
    { name: 'one', dev: '254:1' },
    { name: 'two', dev: '254:0' },
  ]);
  const deps = Buffer.alloc(24);
  deps.writeUInt32LE(2, 0);
  deps.writeBigUInt64LE(BigInt(7 << 8), 8);
  deps.writeBigUInt64LE(BigInt((7 << 8) | 1), 16);
  assert.equal(unpackDeps(reply(deps)), ['7:0', '7:1']);
  assert.equal(unpackDeps(reply(Buffer.alloc(0))), []);
  const message = Buffer.alloc(16, 0xff);
  packMessage(message, 0, 3, 'hello');
  assert.is(message.readBigUInt64LE(0), 3n);
  assert.is(message.toString('latin1', 8, 14), 'hello\0');
});

function reply(data: Buffer, targetCount = 0) {
  return { flags: 0, targetCount, openCount: 0, eventNr: 0, dev: '0:0', name: '', uuid: '', data };
}

test.run();
