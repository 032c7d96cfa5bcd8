import { evaluate, type Scope } from './evaluate.js';
import type { Expression } from './expression.js';
import { TemplateError } from './expression.js';
import type { RuntimeForm } from './nodes.js';
import { parseEmbedded } from './parse.js';
import { type Budget, Runtime, typeName, type Value } from './values.js';

type Part = string | Expression;

/** A text with its templates filled in. One that is a single template has the template's value, which may be no text. @throws TemplateError */
export function fill(text: string, scope: Scope, budget: Budget): Value {
  if (!text.includes('{{')) return text;
  const parts = partsOf(text).map((part) => (typeof part === 'string' ? part : evaluate(part, scope, budget)));
  const [only, ...more] = parts;
  if (only !== undefined && more.length === 0) return only;
  const made = parts.map(piece);
  budget.spend(made.reduce((n, part) => n + (typeof part === 'string' ? part.length : 1), 0));
  return made.some((part) => typeof part !== 'string') ? new Runtime({ $join: joined(made) }) : made.join('');
}

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('{{', at);
    const plain = text.slice(at, open < 0 ? undefined : open);
    if (plain !== '') parts.push(plain);
    if (open < 0) break;
    const { expression, end } = parseEmbedded(text, open + 2);
    parts.push(expression);
    at = end;
  }
  return parts;
}

function piece(value: Value): string | RuntimeForm {
  if (value instanceof Runtime) return value.form;
  if (typeof value === 'object')
    throw new TemplateError(
      'bad-value',
      `${typeName(value)} stands inside a text`,
      'add | join(", ") or | json, or leave out the text around it',
    );
  return String(value);
}

/** Neighbouring texts as one. */
function joined(parts: readonly (string | RuntimeForm)[]): (string | RuntimeForm)[] {
  const out: (string | RuntimeForm)[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (typeof part === 'string' && typeof last === 'string') out[out.length - 1] = last + part;
    else out.push(part);
  }
  return out;
}
