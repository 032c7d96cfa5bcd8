import type { Instruction, Result } from '#dm/documents.js';
import { dump } from '#dm/dump.js';
import { refused } from '#dm/errno.js';
import type { Kernel } from '#dm/kernel.js';
import { run } from '#dm/program/machine.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import type { SimFault } from '#dm/sim/state.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('program machine');
const id = (name: string) => ({ name });
const linear = (offset = 0, size = 8) => [{ type: 'linear', size, args: `7:0 ${offset}` }];

function sim(faults: SimFault[] = []): SimKernel {
  return new SimKernel(
    { kind: 'sim-kernel', version: 1, backing: { '/dev/loop0': { dev: '7:0', size: 1000 } }, devices: {} },
    { faults },
  );
}
const errors = (result: Result) => result.trace.map((s) => s.error ?? 'ok').join(' ');

const make: Instruction[] = [
  { op: 'create', id: { name: 'a', uuid: 'U' } },
  { op: 'load', id: id('a'), targets: linear() },
  { op: 'resume', id: id('a') },
];

test('creates a device and builds the result', () => {
  const kernel = sim();
  const program: Instruction[] = [
    ...make,
    { op: 'begin-object', key: 'a' },
    { op: 'info', id: id('a'), key: 'info' },
    { op: 'table', id: id('a'), key: 'table' },
    { op: 'end-object' },
    { op: 'list', key: 'all' },
    { op: 'literal', key: 'done', value: [true] },
    { op: 'exit', code: 5 },
  ];
  const { exit, result } = run(program, kernel);
  assert.is(exit, 5);
  assert.equal(JSON.parse(JSON.stringify(result)), {
    a: {
      info: {
        name: 'a',
        uuid: 'U',
        dev: '254:0',
        openCount: 0,
        eventNr: 0,
        suspended: false,
        readOnly: false,
        liveTable: true,
        inactiveTable: false,
      },
      table: [{ type: 'linear', size: 8, args: '7:0 0' }],
    },
    all: [{ name: 'a', dev: '254:0' }],
    done: [true],
  });
});

test('a device is found by uuid alone where the id has one', () => {
  const kernel = sim();
  run(make, kernel);
  const result = run([{ op: 'info', id: { name: 'a', uuid: 'other' }, key: 'x' }], kernel);
  assert.is(errors(result), 'ENXIO');
  assert.is(run([{ op: 'info', id: { name: 'was renamed', uuid: 'U' }, key: 'x' }], kernel).exit, 0);
});

test('jmp-fail branches on the last call of the kernel', () => {
  const program: Instruction[] = [
    { op: 'remove', id: id('a') },
    { op: 'literal', key: 'x', value: 1 },
    { op: 'jmp-fail', to: 4 },
    { op: 'exit', code: 1 },
    { op: 'exit', code: 2 },
  ];
  assert.is(run(program, sim()).exit, 2);
  const kernel = sim();
  run(make, kernel);
  assert.is(run(program, kernel).exit, 1);
});

test('running off the end is 1 after a failure that nobody asked for, else 0', () => {
  assert.is(run([{ op: 'remove', id: id('a') }], sim()).exit, 1);
  assert.is(
    run(
      [
        { op: 'remove', id: id('a') },
        { op: 'list', key: 'l' },
      ],
      sim(),
    ).exit,
    1,
  );
  assert.is(
    run(
      [
        { op: 'remove', id: id('a') },
        { op: 'jmp-fail', to: 2 },
      ],
      sim(),
    ).exit,
    0,
  );
  assert.is(run([], sim()).exit, 0);
});

test('the answer of a query that failed is null', () => {
  const { result } = run([{ op: 'info', id: id('a'), key: 'a' }], sim());
  assert.equal({ ...result }, { a: null });
});

test('@NAME stands for the number that the name has at the load', () => {
  const kernel = sim();
  const upper = (name: string): Instruction[] => [
    { op: 'create', id: id(name) },
    { op: 'load', id: id(name), targets: [{ type: 'linear', size: 4, args: '@a 0' }] },
    { op: 'resume', id: id(name) },
  ];
  const renamed: Instruction[] = [
    { op: 'rename', id: id('a'), name: 'old' },
    { op: 'create', id: id('a') },
    { op: 'load', id: id('a'), targets: linear(8) },
    { op: 'resume', id: id('a') },
  ];
  assert.is(run([...make, ...upper('b'), ...renamed, ...upper('c')], kernel).exit, 0);
  assert.equal(kernel.table('b', {}), [{ type: 'linear', size: 4, args: '254:0 0' }]);
  assert.equal(kernel.table('c', {}), [{ type: 'linear', size: 4, args: '254:2 0' }]);
  assert.is(errors(run([{ op: 'load', id: id('a'), targets: [{ type: 'linear', size: 4, args: '@none 0' }] }], kernel)), 'ENXIO');
});

test('a resume that failed is tried again at the end, children first, and is in the trace', () => {
  const kernel = sim([{ call: 5, errno: 'EINVAL' }]);
  const result = run([...make, { op: 'suspend', id: id('a') }, { op: 'resume', id: id('a') }], kernel);
  assert.is(result.exit, 1);
  assert.is(result.suspended, undefined);
  assert.equal(result.trace.at(-1), { ip: 5, op: 'resume', name: 'a', errno: 0, lastResort: true });
  assert.is(kernel.info('a').suspended, false);
});

test('what cannot be resumed at all is named', () => {
  const kernel = sim([5, 6].map((call) => ({ call, errno: 'EIO' })));
  const result = run([...make, { op: 'suspend', id: id('a') }, { op: 'resume', id: id('a') }], kernel);
  assert.equal(result.suspended, ['a']);
  assert.is(dump(kernel).devices.a?.suspended, true);
});

test('a device renamed while suspended is still the same', () => {
  const kernel = sim([{ call: 6, errno: 'EIO' }]);
  const program: Instruction[] = [
    ...make,
    { op: 'suspend', id: id('a') },
    { op: 'rename', id: id('a'), name: 'b' },
    { op: 'resume', id: id('b') },
    { op: 'resume', id: id('a') },
  ];
  assert.is(run(program, kernel).exit, 1);
  assert.is(kernel.info('b').suspended, false);
});

test('a loop that never ends is stopped', () => {
  assert.is(
    run(
      [
        { op: 'literal', key: 'a', value: 1 },
        { op: 'jmp', to: 0 },
      ],
      sim(),
    ).exit,
    1,
  );
});

test('a bad program is refused before anything is done', async () => {
  const kernel = sim();
  const e = await thrown<DvmError>(() => run([...make, { op: 'suspend', id: id('a') }], kernel));
  assert.is(e.code, 'bad-program');
  assert.is(e.message, '"program" instruction 4: the program can end here with "a" suspended');
  assert.is(kernel.calls, 0);
});

test('a clock puts times into the trace', () => {
  let now = 0;
  const { trace } = run([{ op: 'list', key: 'l' }], sim(), { clock: () => (now += 3) });
  assert.is(trace[0]?.microseconds, 3);
});

test('dump describes all devices, or those of a scope', () => {
  const kernel = sim();
  run([...make, { op: 'create', id: id('b') }], kernel);
  assert.equal(dump(kernel, 'U').devices, {
    a: {
      uuid: 'U',
      dev: '254:0',
      openCount: 0,
      suspended: false,
      readOnly: false,
      inactive: false,
      targets: [{ type: 'linear', size: 8, args: '7:0 0' }],
      deps: ['7:0'],
      eventNr: 0,
    },
  });
  assert.equal(Object.keys(dump(kernel).devices), ['a', 'b']);
});

test('dump leaves out what vanishes meanwhile, and says what else is refused', async () => {
  const kernel = sim();
  run(make, kernel);
  const refusing = (code: string): Kernel =>
    new Proxy<Kernel>(kernel, {
      get: (_, key) =>
        key === 'info'
          ? () => {
              throw refused(code, `status was refused: ${code}`);
            }
          : Reflect.get(kernel, key).bind(kernel),
    });
  assert.equal(dump(refusing('ENXIO')).devices, {});
  const e = await thrown<DvmError>(() => dump(refusing('EIO')));
  assert.equal([e.exitCode, e.message], [71, 'devices cannot be listed: status was refused: EIO']);
});

test('a defect in a kernel does not keep a device suspended', async () => {
  const kernel = sim();
  run(make, kernel);
  const broken = new Proxy<Kernel>(kernel, {
    get: (_, key) =>
      key === 'deps'
        ? () => {
            throw new Error('defect');
          }
        : Reflect.get(kernel, key).bind(kernel),
  });
  const program: Instruction[] = [
    { op: 'suspend', id: id('a') },
    { op: 'deps', id: id('a'), key: 'd' },
    { op: 'resume', id: id('a') },
  ];
  assert.is((await thrown(() => run(program, broken))).message, 'defect');
  assert.is(kernel.info('a').suspended, false);
});

test.run();
