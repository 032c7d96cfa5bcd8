import { DvmError, type ExitName, fail } from '#tool/errors.js';
import { Answer } from './answer.js';

/** What our exit codes say of gRPC's, https://grpc.io/docs/guides/status-codes. */
const exits: Readonly<Record<number, readonly [ExitName, string]>> = {
  5: ['notFound', 'etcd-not-found'],
  7: ['permission', 'etcd-permission'],
  8: ['noSpace', 'etcd-no-space'],
  11: ['outOfSync', 'etcd-compacted'],
  16: ['permission', 'etcd-unauthenticated'],
};

/** etcd's word that it could not do a request now: 4 deadline exceeded, 14 unavailable (no leader, or just a new one). */
const passing = [4, 14];

/**
 * The error that an answer tells: `{error: WORDS, code}`, or in a stream `{error: {message, grpc_code}}`.
 *
 * @param where the endpoint that gave it
 */
export function failureIn(body: string, status: number, where: string): DvmError {
  const { code, message } = told(body, where) ?? { code: status === 401 ? 16 : 0, message: `status ${status}` };
  if (passing.includes(code)) return unavailable(where, message);
  const [exit, word] = exits[code] ?? (['unavailable', 'etcd-failed'] as const);
  return fail(exit, word, `etcd at "${where}" says: ${message}`);
}

/** Nobody answers there, or not now: another endpoint may. */
export function unavailable(where: string, state: string, cause?: unknown): DvmError {
  return fail('unavailable', 'etcd-unavailable', `etcd at "${where}" does not answer: ${state}`, { cause });
}

export function isUnavailable(e: unknown): boolean {
  return e instanceof DvmError && e.code === 'etcd-unavailable';
}

function told(body: string, where: string): { code: number; message: string } | undefined {
  try {
    const answer = Answer.parse(body, where);
    if (typeof JSON.parse(body).error === 'string') return { code: answer.number('code'), message: answer.text('error') };
    const error = answer.part('error');
    return { code: error.number('grpc_code'), message: error.text('message') };
  } catch {
    return undefined; // what stands in front of etcd may say anything
  }
}
