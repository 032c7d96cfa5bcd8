import { TemplateError } from './expression.js';
import { type Budget, mistyped, Runtime, text, type Value } from './values.js';

interface Given {
  name: string | undefined;
  value: Value;
}

/**
 * What expressions may call: `output(PIECE, node=NODE)`, `secret(REFERENCE)` and `file(PATH)`, which are known only at run time,
 * and `range(END)`, `range(START, END)`.
 */
export function functions(name: string, args: readonly Given[], budget: Budget): Value {
  const plain = args.filter((a) => a.name === undefined).map((a) => a.value);
  const wrong = (usage: string) => new TemplateError('bad-call', `"${name}" is called otherwise than ${usage}`, `write ${usage}`);
  switch (name) {
    case 'output':
      if (plain.length !== 1 || args.length > 2 || args.some((a) => a.name !== undefined && a.name !== 'node'))
        throw wrong('output("STATE") or output("STATE", node="NODE")');
      return output(plain[0] ?? null, args.find((a) => a.name === 'node')?.value);
    case 'secret':
    case 'file':
      if (args.length !== 1 || plain.length !== 1) throw wrong(`${name}("…")`);
      return new Runtime(reference(name, text(plain[0] ?? null, `the argument of "${name}"`)));
    case 'range':
      if (plain.length !== args.length || plain.length < 1 || plain.length > 2) throw wrong('range(END) or range(START, END)');
      return range(plain, budget);
    default:
      throw new TemplateError('no-function', `there is no function "${name}"`, 'known are output, secret, file, range');
  }
}

function reference(name: 'secret' | 'file', text: string) {
  return name === 'secret' ? { $secret: text } : { $file: text };
}

function output(piece: Value, node: Value | undefined): Runtime {
  const to = text(piece, 'the state that "output" names');
  const of = node === undefined ? {} : { node: text(node, 'the node that "output" names') };
  return new Runtime({ $output: { ...of, piece: to, path: [] } });
}

function range(ends: readonly Value[], budget: Budget): number[] {
  const [start, end] = ends.length === 1 ? [0, ends[0] ?? null] : [ends[0] ?? null, ends[1] ?? null];
  for (const value of [start, end])
    if (!Number.isSafeInteger(value)) throw mistyped('an end of "range"', value, 'a whole number');
  const length = Math.max(0, Number(end) - Number(start));
  budget.spend(length);
  return Array.from({ length }, (_, i) => Number(start) + i);
}
