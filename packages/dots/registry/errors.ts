import { type DvmError, fail } from '#tool/errors.js';
import { printable } from '#tool/printable.js';
import type { Answer } from './http.js';

/** The error for an answer that is none of those expected. Nothing that is secret is in it. */
export function refusal(what: string, answer: Answer, secrets: readonly string[]): DvmError {
  const said = withoutSecrets(saidIn(answer), secrets);
  const message = `${what} failed: the registry answers ${answer.status}${said === '' ? '' : `: ${said}`}`;
  const details = { status: answer.status };
  switch (answer.status) {
    case 401:
      return fail('permission', 'registry-login', message, { details, hint: 'are the credentials right, and given?' });
    case 403:
      return fail('permission', 'registry-denied', message, { details, hint: 'who the credentials are of may not do this' });
    case 404:
      return fail('notFound', 'registry-not-found', message, { details });
    case 413:
      return fail('io', 'registry-too-large', message, {
        details,
        hint: 'what stands before the registry must let 64 MiB pass at once (nginx: client_max_body_size)',
      });
    case 429:
      return fail('busy', 'registry-busy', message, { details, hint: 'it limits how much is asked: try again later' });
    default:
      return fail('io', 'registry-status', message, { details });
  }
}

/** What the body of an error says: `errors` of the distribution specification, or plain words. */
function saidIn({ body }: Answer): string {
  const text = body.toString('utf8', 0, 4096);
  try {
    const value: unknown = JSON.parse(text);
    const errors = typeof value === 'object' && value !== null && 'errors' in value ? value.errors : undefined;
    if (Array.isArray(errors)) return shown(errors.map(oneOf).join(', '));
  } catch {
    // not JSON
  }
  return text.includes('<') ? '' : shown(text);
}

function oneOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, message } = error as { code?: unknown; message?: unknown };
  return [code, message].filter((t) => typeof t === 'string').join(' ');
}

function shown(text: string): string {
  return printable(text.trim()).slice(0, 300);
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((s) => s !== '').reduce((out, secret) => out.replaceAll(secret, '…'), text);
}
