/** How an attempt ended that did not succeed: a status, or no answer at all. */
export type Failure = { status: number; retryAfter?: string | undefined } | { error: Error };

export const mostAttempts = 5;
/** Milliseconds that a registry may tell us to wait. */
const longestWait = 60_000;

const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Milliseconds until the next attempt, or undefined when there is to be none.
 *
 * @param attempt the one that failed, from 1
 * @param random from 0 to 1
 * @param now milliseconds since 1970, for a Retry-After that names a time
 */
export function retryIn(failure: Failure, attempt: number, random: number, now: number): number | undefined {
  if (attempt >= mostAttempts) return undefined;
  const own = Math.round(250 * 4 ** (attempt - 1) * (0.5 + random / 2));
  if ('error' in failure) return isPassing(failure.error) ? own : undefined;
  if (!passing.has(failure.status)) return undefined;
  const told = retryAfter(failure.retryAfter, now);
  if (told === undefined) return own;
  return told > longestWait ? undefined : Math.max(told, own);
}

/** Seconds, or a date. */
function retryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** What a network does; a certificate that is not to be trusted stays so. */
const network = new Set([
  ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'],
  ...['cut', 'timed-out', 'wrong-digest'],
]);

function isPassing(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && network.has(error.code);
}
