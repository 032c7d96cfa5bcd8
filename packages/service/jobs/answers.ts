import { canonical } from '#tool/json.js';
import type { Failure, Status } from './job.js';

/** The answer that requesters wait for, with the id under both names. */
export function answer(job: string, status: Status): string {
  return canonical({ job, jobId: job, status });
}

/** What is said of a failure; `job` is unset when the message did not say which it was. */
export function failureNotice(job: string | undefined, { code, message, hint }: Failure): string {
  const id = job === undefined ? {} : { job, jobId: job };
  return canonical({ ...id, status: 'FAILED', code, message, ...(hint !== undefined && { hint }) });
}
