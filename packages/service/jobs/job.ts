import type { Job } from '../documents.js';
import type { Address, Request } from './request.js';

/**
 * A job from its message to its end:
 *
 *     received ─▶ accepted ─▶ done | failed ─▶ told
 *
 * It is on disk before the broker is told that it was received, so from then on nobody has to send it again. A job that
 * is sent again all the same is answered again, never done again.
 */
export type JobEvent =
  | { type: 'received'; request: Request; volume: string; order: number; time: string }
  /** The service has started, and finds the job on disk. */
  | { type: 'resumed' }
  /** A delete has found the volume at its mount point: even when that is gone, the job knows that it was there. */
  | { type: 'found'; volume: string }
  | { type: 'ended'; time: string; error?: Failure }
  /** The broker has taken the last answer. */
  | { type: 'told' };

export type Failure = NonNullable<Job['error']>;
export type Status = 'PENDING' | 'DONE' | 'FAILED';

export type Effect =
  /** Write the record; when durable, what follows waits until it is on disk. */
  { type: 'keep'; durable: boolean } | { type: 'work' } | { type: 'tell'; status: Status } | { type: 'refuse'; error: Failure };

export interface Step {
  job: Job;
  effects: Effect[];
}

/** What an event makes of a job, and what is to be done about it, in order. */
export function step(job: Job | undefined, event: JobEvent): Step {
  if (event.type === 'received') return job ? again(job, event.request) : accept(event);
  if (!job) throw new Error(`a job that is not there was ${event.type}`);
  switch (event.type) {
    case 'resumed':
      return resume(job);
    case 'found':
      return { job: { ...job, volume: event.volume }, effects: [{ type: 'keep', durable: true }] };
    case 'ended':
      return end(job, event.time, event.error);
    case 'told':
      return { job: { ...job, told: true }, effects: [{ type: 'keep', durable: false }] };
  }
}

function accept({ request, volume, order, time }: JobEvent & { type: 'received' }): Step {
  const { sender, job: id, action, mountPoint, sizeMB } = request;
  const job: Job = {
    ...{
      kind: 'dvs-job',
      version: 1,
      sender,
      job: id,
      action,
      mountPoint,
      order,
      state: 'accepted',
      received: time,
      told: false,
    },
    ...(sizeMB !== undefined && { sizeMB }),
    ...(action === 'create' && { volume }),
  };
  return { job, effects: [{ type: 'keep', durable: true }, { type: 'tell', status: 'PENDING' }, { type: 'work' }] };
}

/** The same message once more is answered as things stand. Another one under the same id is a mistake of the sender. */
function again(job: Job, request: Request): Step {
  if (job.mountPoint !== request.mountPoint || job.sizeMB !== request.sizeMB) {
    const message = `job "${job.job}" of sender "${job.sender}" was sent before, with other contents`;
    return {
      job,
      effects: [{ type: 'refuse', error: { code: 'job-differs', message, hint: 'give every job an id of its own' } }],
    };
  }
  return { job, effects: [{ type: 'tell', status: statusOf(job) }] };
}

/** The record does not say which answers got out; an answer may come twice, but it comes. */
function resume(job: Job): Step {
  if (job.state === 'accepted') return { job, effects: [{ type: 'tell', status: 'PENDING' }, { type: 'work' }] };
  return { job, effects: job.told ? [] : [{ type: 'tell', status: statusOf(job) }] };
}

/** Losing this record is harmless: the work is looked at again, found done, and answered again. */
function end(job: Job, time: string, error: Failure | undefined): Step {
  const ended: Job = { ...job, state: error ? 'failed' : 'done', ended: time, ...(error && { error }) };
  return {
    job: ended,
    effects: [
      { type: 'keep', durable: false },
      { type: 'tell', status: statusOf(ended) },
    ],
  };
}

export function statusOf(job: Job): Status {
  return job.state === 'accepted' ? 'PENDING' : job.state === 'done' ? 'DONE' : 'FAILED';
}

/**
 * What a job is known by, and its file is called. A create and a delete may bear the same id
 * (docs/decisions/0003-jobs-and-their-ids.md).
 */
export function keyOf(job: Address & { action: Job['action'] }): string {
  return `${job.sender}~${job.job}~${job.action}`;
}
