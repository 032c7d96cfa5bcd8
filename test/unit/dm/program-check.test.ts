import type { Instruction } from '#dm/documents.js';
import { assemble } from '#dm/program/assembler.js';
import { checkProgram } from '#dm/program/check.js';
import { runChecked } from '#dm/program/machine.js';
import { isOwn } from '#dm/program/perform.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import { assert, suite } from '#test/support/check.js';
import { Random } from '#test/support/random.js';
import { randomProgram } from '#test/support/random-program.js';

const test = suite('program check');
const check = (text: string): string[] => checkProgram(assemble(text, 't').instructions).map((p) => `${p.at}: ${p.message}`);

test('jumps stay inside', () => {
  assert.equal(checkProgram([{ op: 'jmp', to: 2 }]), [
    { at: 0, message: 'jump to 2 leaves the program, which has 1 instructions' },
  ]);
  assert.equal(checkProgram([{ op: 'jmp-fail', to: 1 }]), []);
});

test('objects are balanced on every path', () => {
  assert.equal(check('begin-object "a"'), ['1: the program ends with the object "a" open']);
  assert.equal(check('begin-object\nexit 0'), ['1: the program ends with an object open']);
  assert.equal(check('end-object "a"'), ['0: end-object without a begin-object']);
  assert.equal(check('begin-object\nend-object'), ['1: the object has a key at neither end']);
  assert.equal(check('begin-object "a"\nend-object "b"'), ['1: end-object "b" closes the object "a"']);
  assert.equal(check('begin-object "a"\nend-object "a"'), []);
  assert.equal(check('list "x"\njmp-fail .in\nbegin-object "a"\n.in\nend-object "a"'), [
    '3: two paths that meet here have different objects open',
  ]);
  assert.equal(check('begin-object "a"\nlist "x"\njmp-fail .out\nlit "y" 1\n.out\nend-object'), []);
  assert.equal(check('.again\nbegin-object "a"\njmp .again'), ['0: two paths that meet here have different objects open']);
});

test('no path ends with a device suspended', () => {
  assert.equal(check('suspend "a"\nresume "a"'), []);
  assert.equal(check('suspend "a"\nexit 0'), ['1: the program can end here with "a" suspended']);
  assert.equal(check('suspend "a"\njmp-fail .no\nresume "a"\nexit 0\n.no\nexit 1'), []);
  assert.equal(check('suspend "a"\njmp-fail .no\nsuspend "b"\njmp-fail .no\nresume "b"\nresume "a"\nexit 0\n.no\nexit 1'), [
    '7: the program can end here with "a" suspended',
  ]);
  assert.equal(check('suspend "a"\nremove "a"'), ['2: the program can end here with "a" suspended']);
  assert.equal(check('suspend "a"\nremove "a"\njmp-fail .up\nexit 0\n.up\nresume "a"'), []);
  assert.equal(check('suspend "a"\nlit "x" 1\njmp-fail .no\nresume "a"\n.no'), []);
});

test('a renamed device is followed by its name, one with a uuid by that', () => {
  assert.equal(check('suspend "a"\nrename "a" "b"\njmp-fail .old\nresume "b"\nexit 0\n.old\nresume "a"'), []);
  assert.equal(check('suspend "a"\nrename "a" "b"\nresume "b"'), ['3: the program can end here with "a" suspended']);
  const a = 'device a = {name = "a", uuid = "U"}\ndevice b = {name = "b", uuid = "U"}\n';
  assert.equal(check(`${a}suspend a\nrename a "b"\nresume b`), []);
  assert.equal(check(`${a}suspend "a"\nrename a "b"\nresume "b"\nexit 0`), ['3: the program can end here with "a" suspended']);
  assert.equal(check(`${a}suspend "a"\nrename a "c"\nresume "a"`), ['3: the program can end here with "c" suspended']);
});

test('while a device may be suspended nothing goes backward and nothing waits', () => {
  assert.equal(check('.up\nsuspend "a"\njmp-fail .up\nresume "a"'), []);
  assert.equal(check('.up\nsuspend "a"\nlist "x"\njmp-fail .up\nresume "a"'), ['2: jumps backward while "a" may be suspended']);
  assert.equal(check('suspend "a"\nwait-event "b" 0 1\nresume "a"'), ['1: waits while "a" may be suspended']);
  assert.equal(check('wait-event "b" 0 1\n.up\njmp .up'), []);
});

test('ten thousand devices suspended at once are checked at once', () => {
  const names = Array.from({ length: 10_000 }, (_, i) => ({ name: `d${i}` }));
  const program: Instruction[] = names.flatMap((id): Instruction[] => [
    { op: 'suspend', id },
    { op: 'jmp-fail', to: 20_000 },
  ]);
  assert.equal(checkProgram([...program, ...names.map((id): Instruction => ({ op: 'resume', id }))]), []);
});

interface State {
  at: number;
  failed: boolean;
  suspended: string[];
}

/** The same, by walking every path with every outcome. True when some path does what is forbidden. */
function wrongByWalking(program: readonly Instruction[]): boolean {
  const seen = new Set<string>();
  const work: State[] = [{ at: 0, failed: false, suspended: [] }];
  for (let state = work.pop(); state; state = work.pop()) {
    const key = JSON.stringify(state);
    if (seen.has(key)) continue;
    seen.add(key);
    const next = walk(program[state.at], state);
    const backward = next.some(({ at }) => at <= (state?.at ?? 0));
    const forbidden = next.length === 0 || backward || program[state.at]?.op === 'wait-event';
    if (forbidden && state.suspended.length > 0) return true;
    work.push(...next);
  }
  return false;
}

/** The states that may follow; none at the end. */
function walk(i: Instruction | undefined, { at, failed, suspended }: State): State[] {
  if (!i || i.op === 'exit') return [];
  const jumps = i.op === 'jmp' || (i.op === 'jmp-fail' && failed);
  if (isOwn(i)) return [{ at: jumps ? i.to : at + 1, failed, suspended }];
  return [true, false].map((fails) => ({ at: at + 1, failed: fails, suspended: after(i, suspended, fails) }));
}

function after(i: Instruction, suspended: string[], fails: boolean): string[] {
  const name = 'id' in i ? i.id.name : '';
  const others = suspended.filter((s) => s !== name);
  if (i.op === 'resume') return others;
  if (fails) return suspended;
  if (i.op === 'suspend') return [...others, name].sort();
  if (i.op === 'remove') return others;
  if (i.op === 'rename' && suspended.includes(name)) return [...new Set([...others, i.name])].sort();
  return suspended;
}

const flowOps = [
  'suspend',
  'suspend',
  'resume',
  'resume',
  'remove',
  'rename',
  'wait-event',
  'list',
  'literal',
  'jmp',
  'jmp-fail',
  'jmp-fail',
  'exit',
] as const;
const withoutUuid = (program: Instruction[]): Instruction[] =>
  program.map((i) => ('id' in i ? { ...i, id: { name: i.id.name } } : i));

/** Programs where a jmp-fail stands right behind the call it tests: there the check is exact. */
function tested(program: readonly Instruction[]): boolean {
  const targets = new Set(program.flatMap((i) => ('to' in i ? [i.to] : [])));
  return program.every((i, at) => {
    const before = program[at - 1];
    return i.op !== 'jmp-fail' || (before !== undefined && !isOwn(before) && !targets.has(at));
  });
}

test('what it lets through is right on every path; and it refuses nothing right where jmp-fail follows its call', () => {
  let [passed, exact, refused] = [0, 0, 0];
  for (let seed = 1; seed <= 20_000; seed++) {
    const random = new Random(seed);
    const program = withoutUuid(randomProgram(random, 2 + random.below(9), flowOps));
    const ok = checkProgram(program).length === 0;
    const wrong = wrongByWalking(program);
    if (ok) assert.not.ok(wrong, `seed ${seed} let through: ${JSON.stringify(program)}`);
    if (tested(program) && !wrong) assert.ok(ok, `seed ${seed} refused: ${JSON.stringify(program)}`);
    passed += ok ? 1 : 0;
    exact += tested(program) ? 1 : 0;
    refused += wrong ? 1 : 0;
  }
  assert.ok(passed > 500 && exact > 500 && refused > 500, `${passed} ${exact} ${refused}`);
});

test('any program that passes runs to an end, fails in words, and leaves nothing suspended', () => {
  let ran = 0;
  for (let seed = 1; seed <= 4000; seed++) {
    const random = new Random(seed);
    const program = randomProgram(random, 1 + random.below(12));
    if (checkProgram(program).length > 0 || loops(program)) continue;
    ran++;
    const backing = { '/dev/loop0': { dev: '7:0', size: 1000 }, '/dev/loop1': { dev: '7:1', size: 4000 } };
    const faults = random.chance(0.5) ? [{ call: 1 + random.below(8), errno: 'EIO' }] : [];
    const kernel = new SimKernel({ kind: 'sim-kernel', version: 1, backing, devices: {} }, { faults });
    const result = runChecked(program, kernel);
    assert.ok(result.exit >= 0 && result.exit <= 63, `seed ${seed}`);
    const left = kernel.list().filter(({ name }) => kernel.info(name).suspended && kernel.info(name).liveTable);
    assert.equal(
      left.filter(({ name }) => !result.suspended?.includes(name)),
      [],
      `seed ${seed}`,
    );
  }
  assert.ok(ran > 500, `${ran}`);
});

function loops(program: readonly Instruction[]): boolean {
  return program.some((i, at) => 'to' in i && i.to <= at);
}

test.run();
