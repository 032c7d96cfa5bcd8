import { type Json, sameJson } from '#tool/json.js';
import { type Comparison, type Expression, TemplateError } from './expression.js';
import { filters } from './filters.js';
import { functions } from './functions.js';
import { type Budget, isMap, late, mistyped, Runtime, text, truth, type Value } from './values.js';

/** Names that an expression may use. */
export type Scope = ReadonlyMap<string, Value>;

/** The value of an expression. It reads its scope and nothing else, and ends. @throws TemplateError */
export function evaluate(e: Expression, scope: Scope, budget: Budget): Value {
  const value = (part: Expression): Value => evaluate(part, scope, budget);
  budget.spend(1);
  switch (e.op) {
    case 'value':
      return e.value;
    case 'list':
      return e.items.map((item) => known(value(item)));
    case 'name':
    case 'member':
      return found(e, lookUp(e, scope, budget));
    case 'call':
      return functions(
        e.name,
        e.args.map((a) => ({ name: a.name, value: value(a.value) })),
        budget,
      );
    case 'filter':
      return filtered(e, scope, budget);
    case 'not':
      return !truth(value(e.of));
    case 'negative':
      return -number(value(e.of));
    case 'and':
      return truth(value(e.left)) ? value(e.right) : value(e.left);
    case 'or':
      return truth(value(e.left)) ? value(e.left) : value(e.right);
    case 'choose':
      return truth(value(e.when)) ? value(e.then) : value(e.otherwise);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return calculate(e.op, value(e.left), value(e.right), budget);
    default:
      return compare(e.op, known(value(e.left)), known(value(e.right)), budget);
  }
}

/** As `evaluate`, but undefined where a name or a key is not there. */
function lookUp(e: Expression, scope: Scope, budget: Budget): Value | undefined {
  if (e.op === 'name') return scope.get(e.name);
  if (e.op !== 'member') return evaluate(e, scope, budget);
  const of = lookUp(e.of, scope, budget);
  return of === undefined ? undefined : member(of, evaluate(e.key, scope, budget));
}

function member(of: Value, key: Value): Value | undefined {
  if (of instanceof Runtime) return later(of, key);
  if (Array.isArray(of)) return typeof key === 'number' ? of.at(key) : undefined;
  return isMap(of) && (typeof key === 'string' || typeof key === 'number') && Object.hasOwn(of, key) ? of[key] : undefined;
}

/** A part of an output. */
function later({ form }: Runtime, key: Value): Runtime {
  if (!('$output' in form) || (typeof key !== 'string' && typeof key !== 'number')) throw late();
  return new Runtime({ $output: { ...form.$output, path: [...form.$output.path, key] } });
}

function found(e: Expression, value: Value | undefined): Value {
  if (value !== undefined) return value;
  throw new TemplateError('no-value', `"${written(e)}" has no value`, 'look for its name, or add | default(…)');
}

function written(e: Expression): string {
  if (e.op === 'name') return e.name;
  if (e.op !== 'member') return '…';
  if (e.key.op !== 'value') return `${written(e.of)}[…]`;
  return typeof e.key.value === 'number' ? `${written(e.of)}[${e.key.value}]` : `${written(e.of)}.${e.key.value}`;
}

function filtered(e: Expression & { op: 'filter' }, scope: Scope, budget: Budget): Value {
  const args = e.args.map((arg) => evaluate(arg, scope, budget));
  if (e.name === 'default') return lookUp(e.of, scope, budget) ?? args[0] ?? '';
  const filter = filters.get(e.name);
  const known = [...filters.keys()].join(', ');
  if (!filter) throw new TemplateError('no-filter', `there is no filter "${e.name}"`, `known are default, ${known}`);
  const of = evaluate(e.of, scope, budget);
  if (of instanceof Runtime || args.some((arg) => arg instanceof Runtime)) throw late();
  return filter(of, args as Json[], budget);
}

function known(value: Value): Json {
  if (value instanceof Runtime) throw late();
  return value;
}

function number(value: Value): number {
  if (typeof value === 'number') return value;
  throw mistyped('what is calculated with', value, 'a number');
}

function calculate(op: '+' | '-' | '*' | '/' | '%', left: Value, right: Value, budget: Budget): Value {
  if (op === '+' && (typeof left === 'string' || Array.isArray(left))) return joined(left, right, budget);
  const [a, b] = [number(left), number(right)];
  const result = { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': a % b }[op];
  if (!Number.isFinite(result)) throw new TemplateError('bad-value', `${a} ${op} ${b} is no number`, 'do not divide by zero');
  return result;
}

function joined(left: string | Json[], right: Value, budget: Budget): Value {
  if (typeof left === 'string') {
    const added = left + text(right, 'what is added to a text');
    budget.spend(added.length);
    return added;
  }
  if (!Array.isArray(right)) throw mistyped('what is added to a list', right, 'a list');
  budget.spend(left.length + right.length);
  return [...left, ...right];
}

function compare(op: Comparison | 'and' | 'or', left: Json, right: Json, budget: Budget): boolean {
  if (op === '==') return sameJson(left, right);
  if (op === '!=') return !sameJson(left, right);
  if (op === 'in' || op === 'not in') return contains(right, left, budget) === (op === 'in');
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string'))
    throw mistyped('what is compared', typeof left === 'number' ? right : left, 'two numbers or two texts');
  const [a, b] = [left, right as typeof left];
  return { '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[op as '<'];
}

function contains(whole: Json, part: Json, budget: Budget): boolean {
  if (typeof whole === 'string') return whole.includes(text(part, 'what is looked for in a text'));
  if (Array.isArray(whole)) {
    budget.spend(whole.length);
    return whole.some((item) => sameJson(item, part));
  }
  if (isMap(whole)) return typeof part === 'string' && Object.hasOwn(whole, part);
  throw mistyped('what is looked into', whole, 'a list, map or text');
}
