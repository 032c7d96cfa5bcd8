/** What stands between `{{` and `}}`, and after `$if` and `in`. */
export type Expression =
  | { op: 'value'; value: null | boolean | number | string }
  | { op: 'list'; items: Expression[] }
  | { op: 'name'; name: string }
  | { op: 'member'; of: Expression; key: Expression }
  | { op: 'call'; name: string; args: Argument[] }
  | { op: 'filter'; of: Expression; name: string; args: Expression[] }
  | { op: 'not' | 'negative'; of: Expression }
  | { op: 'and' | 'or' | Comparison | '+' | '-' | '*' | '/' | '%'; left: Expression; right: Expression }
  | { op: 'choose'; when: Expression; then: Expression; otherwise: Expression };

/** Of a function; some have names. */
export interface Argument {
  name: string | undefined;
  value: Expression;
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

/** An expression that cannot be read or has no value; told with the place where it stands. */
export class TemplateError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}
