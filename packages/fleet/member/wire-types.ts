import validateAnswer from '#gen/member-answer.js';
import validateRequest from '#gen/member-request.js';
import { problemsOf, type Validator } from '#tool/document.js';
import { fail } from '#tool/errors.js';
import type { Answer, Request } from './wire.js';

/** @throws DvmError `bad-message` (exit 65) */
export function requestOf(value: unknown): Request {
  return checked<Request>(value, validateRequest);
}

/** @throws DvmError `bad-message` (exit 65) */
export function answerOf(value: unknown): Answer {
  return checked<Answer>(value, validateAnswer);
}

function checked<T>(value: unknown, validate: Validator): T {
  if (validate(value)) return value as T;
  const { first, details } = problemsOf(validate);
  throw fail('badInput', 'bad-message', `a message that breaks its schema: ${first}`, { details });
}
