import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { assert, suite } from '#test/support/check.js';
import { emptyState, file, first, phases, plan, results, world } from '#test/support/dmexec-world.js';

const test = suite('dmexec');
test('text from standard input runs, and the state of the simulated kernel is kept', () => {
  world(emptyState, ({ dmexec }) => {
    assert.is(dmexec([], 'create "b"\ninfo "b" "i"\nexit 9').code, 9);
    const dump = JSON.parse(dmexec(['--dump']).out) as { devices: object };
    assert.equal(Object.keys(dump.devices), ['b']);
    assert.equal(JSON.parse(dmexec(['--dump', '--scope', 'DVM-']).out).devices, {});
  });
});

test('a plan runs phase1 and phase2; the exit code is the last one that is not 0', () => {
  world(emptyState, ({ dmexec }) => {
    const { code, out } = dmexec([], JSON.stringify(plan));
    assert.equal(
      results(out).map((r) => [r.phase, r.exit]),
      [
        ['phase1', 0],
        ['phase2', 7],
      ],
    );
    assert.is(code, 7);
  });
});

test('a phase1 that failed is followed by abort, and its code stays', () => {
  world({ ...emptyState, faults: [{ call: 2, errno: 'ENOMEM' }] }, ({ dmexec, state }) => {
    const { code, out } = dmexec([], JSON.stringify(plan));
    assert.equal(
      results(out).map((r) => [r.phase, r.exit]),
      [
        ['phase1', 3],
        ['abort', 0],
      ],
    );
    assert.is(code, 3);
    assert.equal(JSON.parse(state()).devices, {});
  });
});

test('one phase of a plan', () => {
  world(emptyState, ({ dmexec, path }) => {
    writeFileSync(path('plan.json'), JSON.stringify(plan));
    assert.equal(
      results(dmexec([path('plan.json'), '--phase', 'phase1']).out).map((r) => r.phase),
      ['phase1'],
    );
    assert.match(dmexec(['--disassemble', '--phase', 'abort', path('plan.json')]).out, /^ {2}remove a$/m);
    assert.is(dmexec(['--disassemble', path('plan.json')]).error?.code, 'no-phase');
    assert.is(dmexec(['--phase', 'phase1'], 'exit 0').error?.code, 'no-phases');
  });
});

test('assemble, disassemble and check run nothing', () => {
  world(emptyState, ({ dmexec, state }) => {
    const before = state();
    const { out } = dmexec(['--assemble'], 'create "x"\nexit 4');
    assert.equal(JSON.parse(out).instructions, [
      { op: 'create', id: { name: 'x' } },
      { op: 'exit', code: 4 },
    ]);
    assert.is(dmexec(['--disassemble'], out).out, 'device x = {name = "x"}\n\n.start\n  create x\n  exit 4\n');
    assert.equal(dmexec(['--check'], out), { code: 0, out: '', error: undefined });
    assert.is(dmexec(['--check'], 'suspend "a"').code, 65);
    assert.is(state(), before);
  });
});

const refused: [what: string, args: string[], input: string, code: number, error: string, message: RegExp][] = [
  ['empty input', [], '', 65, 'bad-program', /is empty/],
  ['a mistake in text', [], '\n  create b', 65, 'bad-program', /"standard input" line 2 column 10: unknown device "b"/],
  ['a bad path in text', [], 'suspend "a"\n', 65, 'bad-program', /instruction 1: the program can end here/],
  ['text that is not UTF-8', ['/proc/self/exe'], '', 65, 'bad-program', /not valid UTF-8/],
  ['broken JSON', [], '{"kind":', 65, 'bad-json', /is not a JSON document/],
  ['another document', [], '{"kind":"group","version":1}', 65, 'wrong-kind', /expected a "program"/],
  ['a newer version', [], '{"kind":"program","version":2,"instructions":[]}', 65, 'newer-version', /version 2/],
  ['an unknown op', [], '{"kind":"program","version":1,"instructions":[{"op":"frob"}]}', 65, 'bad-document', /instructions\/0/],
  [
    'a bad plan',
    [],
    JSON.stringify({ ...plan, phases: { ...phases, abort: [{ op: 'jmp', to: 9 }] } }),
    65,
    'bad-program',
    /abort" instruction 0/,
  ],
  ['a file that is not there', ['/nowhere'], '', 66, 'no-input', /nowhere/],
  ['remove-all', [], 'remove-all', 64, 'remove-all', /every device that is not open/],
  ['two modes', ['--dump', '--check'], '', 64, 'contradiction', /exclude each other/],
  ['an unknown kernel', ['--kernel', 'best'], 'exit 0', 64, 'repeated-option', /kernel/],
];
for (const [what, args, input, code, error, message] of refused)
  test(`refused: ${what}`, () => {
    world(emptyState, ({ dmexec, state }) => {
      const before = state();
      const answer = dmexec(args, input);
      assert.equal([answer.code, answer.error?.code, answer.out], [code, error, '']);
      assert.match(answer.error?.message ?? '', message);
      assert.is(state(), before);
    });
  });

test('kernels that cannot be opened', () => {
  const dump = (kernel: string) => {
    const { status, stderr } = spawnSync(file, [...first, '--dump', '--kernel', kernel], { encoding: 'utf8' });
    return [status, (JSON.parse(stderr) as { code: string }).code];
  };
  assert.equal(dump('best'), [64, 'bad-kernel']);
  assert.equal(dump('sim:'), [64, 'bad-kernel']);
  assert.equal(dump('sim:/nowhere'), [66, 'no-input']);
  if (!existsSync('/sys/class/misc/device-mapper')) assert.equal(dump('real'), [69, 'no-device-mapper']);
  world(
    { ...emptyState, devices: { a: { minor: 0, live: { targets: [{ type: 'linear', size: 8, args: '9:9 0' }] } } } },
    ({ dmexec }) => {
      assert.match(dmexec(['--dump']).error?.message ?? '', /a state that no kernel could be in: device "9:9" does not exist/);
    },
  );
});

test('a state that cannot be written back is an error', () => {
  world(emptyState, ({ path }) => {
    writeFileSync(path('p.dm'), 'create "a"');
    const words = [...first, path('p.dm'), '--kernel', 'sim:/proc/self/fd/0'];
    const state = openSync(path('sim.json'), 'r');
    const { status, stderr } = spawnSync(file, words, { stdio: [state, 'pipe', 'pipe'], encoding: 'utf8' });
    closeSync(state);
    assert.equal([status, (JSON.parse(stderr) as { code: string }).code], [73, 'no-output']);
  });
});

test('a device that cannot be resumed is said to be so', () => {
  const faults = [6, 7].map((call) => ({ call, errno: 'EIO' }));
  world({ ...emptyState, faults }, ({ dmexec }) => {
    dmexec(['--phase', 'phase1'], JSON.stringify(plan));
    const { code, out, error } = dmexec([], 'info "a" "i"\nclear "a"\nsuspend "a"\nresume "a"');
    assert.is(code, 71);
    assert.is(error?.message, '"a" could not be resumed');
    assert.equal(results(out)[0]?.suspended, ['a']);
  });
});

test('the times of instructions are in the trace when asked for', () => {
  world(emptyState, ({ dmexec }) => {
    assert.ok(Number.isInteger(results(dmexec(['--timing'], 'list "l"').out)[0]?.trace[0]?.microseconds));
    assert.is(results(dmexec([], 'list "l"').out)[0]?.trace[0]?.microseconds, undefined);
  });
});

test.run();
