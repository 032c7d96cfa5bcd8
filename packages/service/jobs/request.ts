import validate from '#gen/dvs-request.js';
import { problemsOf } from '#tool/document.js';
import { fail } from '#tool/errors.js';
import { parseJson } from '#tool/json.js';
import type { Settings } from '../config.js';
import type { RequestMessage } from '../documents.js';
import { requestSchema, wordPattern } from '../service.schema.js';
import { checkMountPoint } from '../volumes/mount-point.js';

export type Action = 'create' | 'delete';

/** Who asked for a job, and what they call it. */
export interface Address {
  sender: string;
  job: string;
}

/** A job that somebody asks for, in bounds. */
export interface Request extends Address {
  action: Action;
  mountPoint: string;
  /** Of a create. */
  sizeMB?: number;
}

export type Rules = Pick<Settings, 'roots' | 'limits' | 'senders'>;

/** A JSON text of a message, still of any form. */
export function parsePayload(payload: Uint8Array, rules: Rules): unknown {
  const { payloadBytes } = rules.limits;
  if (payload.length > payloadBytes)
    throw fail('badInput', 'too-long', `message of ${payload.length} bytes is longer than ${payloadBytes}`);
  try {
    return parseJson(payload, 'message', { bytes: payloadBytes, depth: 8 });
  } catch {
    throw fail('badInput', 'bad-json', 'message is not a JSON document'); // what it is instead belongs in no log
  }
}

/** Where a failure of this message is to be told, if it says so properly. */
export function addressOf(message: unknown): Address | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { sipId, job, jobId } = message as Record<string, unknown>;
  const id = job ?? jobId;
  return isWord(sipId) && isWord(id) ? { sender: sipId, job: id } : undefined;
}

const word = new RegExp(wordPattern);

function isWord(value: unknown): value is string {
  return typeof value === 'string' && word.test(value);
}

/**
 * What a message asks for. Everything is checked that can be known without a look at the machine.
 *
 * @throws DvmError `bad-request`, `bad-size`, `bad-mount-point` (exit 65), `not-a-sender` (exit 77)
 */
export function parseRequest(action: Action, given: unknown, rules: Rules): Request {
  const message = known(given);
  if (!isRequest(message)) {
    const { first, details } = problemsOf(validate);
    throw fail('badInput', 'bad-request', `message is not a job: ${first}`, { details });
  }
  const sender = message.sipId;
  if (rules.senders && !rules.senders.includes(sender))
    throw fail('permission', 'not-a-sender', `sender "${sender}" may not send jobs`, {
      hint: 'name it in "senders" of the config',
    });
  const job = either('job', message.job, 'jobId', message.jobId);
  const mountPoint = either('mountPount', message.mountPount, 'mountPoint', message.mountPoint);
  checkMountPoint(mountPoint, rules.roots);
  return {
    action,
    sender,
    job,
    mountPoint,
    ...(action === 'create' && { sizeMB: sizeOf(message.volumeSize, rules.limits.sizeMB) }),
  };
}

/** The fields that mean something; senders may add others for themselves. */
function known(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return message;
  return Object.fromEntries(Object.entries(message).filter(([key]) => Object.hasOwn(requestSchema.properties, key)));
}

function isRequest(message: unknown): message is RequestMessage {
  return validate(message);
}

/** One of two spellings, or both alike. */
function either(a: string, first: string | undefined, b: string, second: string | undefined): string {
  const value = first ?? second;
  if (value === undefined) throw fail('badInput', 'bad-request', `message is not a job: "${a}" is missing`);
  if (second !== undefined && second !== value)
    throw fail('badInput', 'bad-request', `message is not a job: "${a}" and "${b}" differ`);
  return value;
}

function sizeOf(given: string | number | undefined, most: number): number {
  if (given === undefined) throw fail('badInput', 'bad-request', 'message is not a job: "volumeSize" is missing');
  const size = Number(given);
  if (size < 1 || size > most) throw fail('badInput', 'bad-size', `size "${given}" is not between 1 and ${most} MB`);
  return size;
}
