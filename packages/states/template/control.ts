import { type Expression, TemplateError } from './expression.js';
import { parseExpression } from './parse.js';

/** A key that says what becomes of its value. */
export type Control =
  | { kind: 'for'; names: string[]; over: Expression }
  | { kind: 'if'; condition: Expression }
  | { kind: 'else' };

export function isControl(key: string): boolean {
  return /^\$(for\s|if\s|else$)/.test(key);
}

/** Reads `$for NAME in EXPRESSION`, `$for KEY, VALUE in EXPRESSION`, `$if EXPRESSION`, `$else`. @throws TemplateError */
export function control(key: string): Control {
  if (key === '$else') return { kind: 'else' };
  if (key.startsWith('$if')) return { kind: 'if', condition: parseExpression(key.slice(3)) };
  const words = /^\$for\s+([A-Za-z_]\w*)\s*(?:,\s*([A-Za-z_]\w*)\s*)?\sin\s(.+)$/s.exec(key);
  if (!words)
    throw new TemplateError('bad-template', `"${key}" is no loop`, 'write $for NAME in LIST, or $for KEY, VALUE in MAP');
  const names = [words[1] ?? '', ...(words[2] === undefined ? [] : [words[2]])];
  return { kind: 'for', names, over: parseExpression(words[3] ?? '') };
}
