import { readFileSync } from 'node:fs';
import { disassemble } from '#dm/program/disassembler.js';
import { readProgram } from '#dm/program/read-program.js';
import { aliases, forms } from '#dm/program/words.js';
import { Random } from '#test/support/random.js';
import { randomProgram } from '#test/support/random-program.js';
import { attempt, must } from '../engine/oracle.js';
import type { Target } from '../engine/target.js';
import { mutateText } from '../mutate/text.js';

const words = [
  ...Object.keys(forms),
  ...Object.keys(aliases),
  ...['device a = {name = "a"}\n', 'table t = [ linear 8 "7:0 0" ]\n', '.start\n', '.l\n', 'jmp .l\n', 'jmp-fail .start\n'],
  ...['# x\n', '{"a": [1, {"b": null}]}', '"k"', 'no-flush', 'lock-fs', 'hidden', 'read-only', 'exit 0\n', '{"kind":"plan"}'],
];

export const assembly: Target = {
  name: 'assembly',
  what: 'the text form of programs: what is read is written and read again alike',
  quick: 1500,
  seeds: () => [
    ...documented(),
    ...random(),
    '',
    '{',
    ' {"kind":"program","version":1,"instructions":[]}',
    '.start\n jmp .start\n',
  ],
  mutate: (input, random, other) => mutateText(String(input), random, String(other), words),
  run: (input) => {
    const read = attempt(() => readProgram(Buffer.from(String(input)), 'input'));
    if (!read) return 'refused';
    for (const program of read.kind === 'program' ? [read.instructions] : Object.values(read.phases)) {
      if (program.length === 0) continue;
      const text = disassemble(program);
      const again = attempt(() => readProgram(Buffer.from(text), 'text'));
      must(again?.kind === 'program' && disassemble(again.instructions) === text, 'a program survives being text');
    }
    return 'accepted';
  },
};

function documented(): string[] {
  const blocks = readFileSync('docs/formats/program.md', 'utf8').matchAll(/```\w*\n(.*?)```/gs);
  return [...blocks].map((m) => m[1] ?? '');
}

function random(): string[] {
  const source = new Random(7);
  return Array.from({ length: 10 }, (_, i) => disassemble(randomProgram(source, 2 + i)));
}
