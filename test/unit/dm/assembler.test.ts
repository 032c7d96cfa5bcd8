import type { Instruction } from '#dm/documents.js';
import { programType } from '#dm/documents.js';
import { assemble } from '#dm/program/assembler.js';
import { disassemble } from '#dm/program/disassembler.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { Random } from '#test/support/random.js';
import { randomProgram } from '#test/support/random-program.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('assembler');
const instructions = (text: string): Instruction[] => assemble(text, 't').instructions;

test('every instruction in every form', () => {
  const text = `
device a = {name = "a", uuid = "U"}
device plain = { name = "plain name" }
table t = [ linear 8 "7:0 0", "9p" 16 "" ]
.start
  remove-all
  list "l"
  create a
  load a t read-only secure
  load "s" [error 8 ""]
  suspend plain no-flush lock-fs
  resume plain no-scan hidden
  clear a
  rename a "new"
  rename a plain
  message a 0 "hi" "k"
  message a 9 "hi"
  info a "i"
  table a "t" inactive
  table a "t"
  status a "s"
  deps a "d"
  wait-event a 3 10 "e"
  wait-event a 3 10
  begin-object "o"
  end-object
  begin-object
  end-object "o"
  lit "x" {"y": [1, -2.5, true, false, null, "z"],
           "e": {}, "f": []}
  jmp next
.next
  jmp-fail .start
  exit 63
.end`;
  const a = { name: 'a', uuid: 'U' };
  const plain = { name: 'plain name' };
  const t = [
    { type: 'linear', size: 8, args: '7:0 0' },
    { type: '9p', size: 16, args: '' },
  ];
  assert.equal(instructions(text), [
    { op: 'remove-all' },
    { op: 'list', key: 'l' },
    { op: 'create', id: a },
    { op: 'load', id: a, targets: t, readOnly: true, secure: true },
    { op: 'load', id: { name: 's' }, targets: [{ type: 'error', size: 8, args: '' }] },
    { op: 'suspend', id: plain, noFlush: true, lockFs: true },
    { op: 'resume', id: plain, noScan: true, hidden: true },
    { op: 'clear', id: a },
    { op: 'rename', id: a, name: 'new' },
    { op: 'rename', id: a, name: 'plain name' },
    { op: 'message', id: a, sector: 0, text: 'hi', key: 'k' },
    { op: 'message', id: a, sector: 9, text: 'hi' },
    { op: 'info', id: a, key: 'i' },
    { op: 'table', id: a, key: 't', inactive: true },
    { op: 'table', id: a, key: 't' },
    { op: 'status', id: a, key: 's' },
    { op: 'deps', id: a, key: 'd' },
    { op: 'wait-event', id: a, eventNr: 3, seconds: 10, key: 'e' },
    { op: 'wait-event', id: a, eventNr: 3, seconds: 10 },
    { op: 'begin-object', key: 'o' },
    { op: 'end-object' },
    { op: 'begin-object' },
    { op: 'end-object', key: 'o' },
    { op: 'literal', key: 'x', value: { y: [1, -2.5, true, false, null, 'z'], e: {}, f: [] } },
    { op: 'jmp', to: 25 },
    { op: 'jmp-fail', to: 0 },
    { op: 'exit', code: 63 },
  ]);
});

test('a program begins at .start, wherever that is', () => {
  assert.equal(instructions('.more\nlist "a"\n.start\njmp more'), [
    { op: 'jmp', to: 2 },
    { op: 'list', key: 'a' },
    { op: 'jmp', to: 1 },
  ]);
});

test('declarations alone, instructions alone, nothing but comments', () => {
  assert.equal(instructions('device a = {name = "a"}'), []);
  assert.equal(instructions('table list = [ error 1 "" ]\nlist "table"'), [{ op: 'list', key: 'table' }]);
  assert.equal(instructions('# nothing\n\n   # at all'), []);
  assert.equal(instructions('exit 1\r\n'), [{ op: 'exit', code: 1 }]);
});

const bad: [text: string, message: string][] = [
  ['  frob "a"', 'line 1 column 3: unknown instruction "frob"'],
  ['  constructor', 'line 1 column 3: unknown instruction "constructor"'],
  ['  create foo', 'line 1 column 10: unknown device "foo"'],
  ['device a = {name = "a"}\nload a t', 'line 2 column 8: unknown table "t"'],
  ['\n\n  jmp .no', 'line 3 column 7: unknown label "no"'],
  ['.a\n.b\n.a', 'line 3 column 1: "a" is declared twice'],
  ['device a = {name="a"}\ndevice a = {name="b"}', 'line 2 column 8: "a" is declared twice'],
  ['table t = [error 1 ""]\ntable t = [error 1 ""]', 'line 2 column 7: "t" is declared twice'],
  ['table t = []', 'line 1 column 11: a table needs a target'],
  ['table t = [ linear 0 "" ]', 'line 1 column 20: the size in sectors 0 is not a whole number from 1 to 9007199254740991'],
  ['table t = [ linear 1.5 "" ]', 'line 1 column 20: the size in sectors 1.5 is not a whole number from 1 to 9007199254740991'],
  ['table t = [ Linear 8 "" ]', 'line 1 column 13: "Linear" is no target type'],
  ['table t = [ linear 8 ]', 'line 1 column 22: expected the arguments in quotes, found "]"'],
  ['table t = [ linear 8 "" error 8 "" ]', 'line 1 column 25: expected "]", found "error"'],
  ['table t = [ linear 8 ""', 'line 1 column 24: expected "]", found the end of the text'],
  ['device a = {uuid = "x"}', 'line 1 column 12: a device needs a name'],
  ['device a = {name = "x/y"}', 'line 1 column 20: "x/y" is no name of a device'],
  [`device a = {name = "${'x'.repeat(128)}"}`, 'line 1 column 20: the name is longer than 127 characters'],
  ['device a = {name = "x", size = "y"}', 'line 1 column 25: a device has no "size"'],
  ['device a = {name = "x", name = "y"}', 'line 1 column 25: "name" is given twice'],
  ['exit 64', 'line 1 column 6: code 64 is not a whole number from 0 to 63'],
  ['exit', 'line 1 column 5: expected code, found the end of the text'],
  ['exit 1 2', 'line 1 column 8: expected the end of the line, found "2"'],
  ['jmp 3', 'line 1 column 5: expected a label, found "3"'],
  ['suspend "a" fast', 'line 1 column 13: "suspend" has no flag "fast"'],
  ['deps "a"\nexit 0', 'line 1 column 9: expected a key in quotes, found the end of the line'],
  ['list "a', 'line 1 column 6: a string has no end on its line'],
  ['list "\\q"', 'line 1 column 6: "\\q" is not a string: escapes are JSON\'s'],
  ['list "\\u0000"', 'line 1 column 6: "\\u0000" holds a NUL'],
  ['list "__proto__"', 'line 1 column 6: this cannot be a key'],
  ['lit "a" 9007199254740993', 'line 1 column 9: number 9007199254740993 cannot be held exactly'],
  ['lit "a" 1e999', 'line 1 column 9: number 1e999 cannot be held exactly'],
  ['lit "a" yes', 'line 1 column 9: expected a value, found "yes"'],
  ['lit "a" {"b": 1, "b": 2}', 'line 1 column 18: key "b" cannot stand here'],
  [`lit "a" ${'['.repeat(70)}`, 'line 1 column 74: nested deeper than 64'],
  ['exit 0 ;', 'line 1 column 8: unexpected character ";"'],
  ['message "a" 1 2', 'line 1 column 15: expected a text in quotes, found "2"'],
  ['"a"', 'line 1 column 1: expected an instruction, a label or a declaration, found ""a""'],
];
for (const [text, message] of bad)
  test(`refused: ${text.slice(0, 60)}`, async () => {
    const e = await thrown<DvmError>(() => assemble(text, 't'));
    assert.is(e.message, `"t" ${message}`);
    assert.is(e.exitCode, 65);
  });

test('all mistakes are told at once, in order', async () => {
  const e = await thrown<DvmError>(() => assemble('create x\nfrob\nexit 99\n  jmp nowhere', 't'));
  assert.equal(e.details, [
    { line: 1, column: 8, message: 'unknown device "x"' },
    { line: 2, column: 1, message: 'unknown instruction "frob"' },
    { line: 3, column: 6, message: 'code 99 is not a whole number from 0 to 63' },
    { line: 4, column: 7, message: 'unknown label "nowhere"' },
  ]);
});

test('text made from any program assembles to that program', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const program = randomProgram(new Random(seed), seed % 40);
    programType.parse({ kind: 'program', version: 1, instructions: program }, `seed ${seed}`);
    assert.equal(instructions(disassemble(program)), program, `seed ${seed}`);
  }
});

test('rubbish is refused in words, never by a defect', async () => {
  const pieces = [
    'device',
    'table',
    'a',
    '=',
    '{',
    '}',
    '[',
    ']',
    '"s"',
    '1',
    '.l',
    '\n',
    ',',
    'name',
    'load',
    'jmp',
    ':',
    ' ',
    '#',
    '"',
    '\\',
    '-',
  ];
  for (let seed = 1; seed <= 2000; seed++) {
    const random = new Random(seed);
    const text = Array.from({ length: random.below(30) }, () => random.pick(pieces)).join(random.pick(['', ' ']));
    try {
      assemble(text, 't');
    } catch (e) {
      assert.is((e as DvmError).code, 'bad-program', `seed ${seed}: ${e}`);
    }
  }
});

test('positions are those of the instructions', () => {
  assert.equal(assemble('\n  list "a"\n.x\n\texit 0', 't').positions, [
    { line: 2, column: 3 },
    { line: 4, column: 2 },
  ]);
});

test('a disassembled program reads as one writes it', () => {
  const device = { name: 'vg-data', uuid: 'U' };
  const text = disassemble([
    { op: 'load', id: device, targets: [{ type: 'error', size: 8, args: '' }] },
    { op: 'jmp-fail', to: 3 },
    { op: 'resume', id: device, hidden: true },
  ]);
  assert.is(
    text,
    `device vg-data = {name = "vg-data", uuid = "U"}

table t1 = [ error 8 "" ]

.start
  load vg-data t1
  jmp-fail .l3
  resume vg-data hidden
.l3
`,
  );
});

test.run();
