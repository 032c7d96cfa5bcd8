import type { Instruction } from '../documents.js';
import type { Problem } from './check.js';

/** Objects open at an instruction, innermost first; one node for each distinct list, so that lists compare by identity. */
interface Open {
  key: string | undefined;
  outer: Open | undefined;
  inner: Map<string | undefined, Open>;
}

/** Objects must be balanced on every path, and paths that meet must have the same objects open. */
export function checkObjects(program: readonly Instruction[]): Problem[] {
  if (!program.some((i) => i.op === 'begin-object' || i.op === 'end-object')) return [];
  const problems = new Map<number, string>();
  const none: Open = { key: undefined, outer: undefined, inner: new Map() };
  const seen: (Open | undefined)[] = [];
  const work: { at: number; open: Open }[] = [{ at: 0, open: none }];
  for (let next = work.pop(); next; next = work.pop()) {
    const { at, open } = next;
    if (seen[at] !== undefined) {
      if (seen[at] !== open) problems.set(at, 'two paths that meet here have different objects open');
      continue;
    }
    seen[at] = open;
    const i = program[at];
    const after = i ? enter(i, open) : open;
    if (typeof after === 'string') problems.set(at, after);
    else if ((!i || i.op === 'exit') && after !== none) problems.set(at, `the program ends with ${described(after)} open`);
    else for (const to of successors(i, at)) work.push({ at: to, open: after });
  }
  return [...problems].map(([at, message]) => ({ at, message }));
}

/** The objects open after an instruction, or what is wrong with it. */
function enter(i: Instruction, open: Open): Open | string {
  if (i.op === 'begin-object') {
    const known = open.inner.get(i.key);
    if (known) return known;
    const inner: Open = { key: i.key, outer: open, inner: new Map() };
    open.inner.set(i.key, inner);
    return inner;
  }
  if (i.op !== 'end-object') return open;
  if (!open.outer) return 'end-object without a begin-object';
  if (open.key === undefined && i.key === undefined) return 'the object has a key at neither end';
  if (open.key !== undefined && i.key !== undefined && open.key !== i.key)
    return `end-object "${i.key}" closes the object "${open.key}"`;
  return open.outer;
}

function described(open: Open): string {
  return open.key === undefined ? 'an object' : `the object "${open.key}"`;
}

function successors(i: Instruction | undefined, at: number): number[] {
  if (!i || i.op === 'exit') return [];
  if (i.op === 'jmp') return [i.to];
  return i.op === 'jmp-fail' ? [i.to, at + 1] : [at + 1];
}
