import type { Job } from '#service/documents.js';
import { answer, failureNotice } from '#service/jobs/answers.js';
import { forgettable } from '#service/jobs/history.js';
import { type Effect, keyOf, step } from '#service/jobs/job.js';
import type { Request } from '#service/jobs/request.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('jobs');
const request: Request = { action: 'create', sender: 's', job: '1', mountPoint: '/mnt/a', sizeMB: 10 };
const received = { type: 'received', request, volume: 'a'.repeat(20), order: 7, time: '2026-01-01T00:00:00Z' } as const;
const accepted = step(undefined, received).job;
const done = step(accepted, { type: 'ended', time: '2026-01-01T00:00:01Z' }).job;
const error = { code: 'no-space', message: 'full' };
const failed = step(accepted, { type: 'ended', time: '2026-01-01T00:00:01Z', error }).job;

/** Effects in short: `keep!` is durable. */
function words(effects: readonly Effect[]): string {
  return effects
    .map((e) => (e.type === 'keep' ? `keep${e.durable ? '!' : ''}` : e.type === 'tell' ? e.status : e.type))
    .join(' ');
}

test('a new job is on disk before anything else happens', () => {
  assert.is(words(step(undefined, received).effects), 'keep! PENDING work');
  assert.equal([accepted.state, accepted.volume, accepted.order, accepted.told], ['accepted', 'a'.repeat(20), 7, false]);
});

test('sent again it is answered as things stand, and not done again', () => {
  assert.is(words(step(accepted, received).effects), 'PENDING');
  assert.is(words(step(done, received).effects), 'DONE');
  assert.is(words(step(failed, received).effects), 'FAILED');
});

test('other contents under the same id are refused', () => {
  assert.is(words(step(done, { ...received, request: { ...request, sizeMB: 11 } }).effects), 'refuse');
  assert.is(words(step(done, { ...received, request: { ...request, mountPoint: '/mnt/b' } }).effects), 'refuse');
});

test('a delete may bear the id of its create', () => {
  assert.is.not(keyOf(request), keyOf({ ...request, action: 'delete' }));
});

test('a delete knows its volume, durably, before it removes it', () => {
  const job = step(undefined, { ...received, request: { ...request, action: 'delete' } }).job;
  assert.is(job.volume, undefined);
  const found = step(job, { type: 'found', volume: 'b'.repeat(20) });
  assert.equal([found.job.volume, words(found.effects)], ['b'.repeat(20), 'keep!']);
});

test('after a start: work that is left, answers that nobody took, nothing else', () => {
  assert.is(words(step(accepted, { type: 'resumed' }).effects), 'PENDING work');
  assert.is(words(step(done, { type: 'resumed' }).effects), 'DONE');
  assert.is(words(step(failed, { type: 'resumed' }).effects), 'FAILED');
  const told = step(done, { type: 'told' });
  assert.is(words(told.effects), 'keep');
  assert.is(words(step(told.job, { type: 'resumed' }).effects), '');
});

test('answers have the id under both names, and nothing more', () => {
  assert.is(answer('1', 'PENDING'), '{"job":"1","jobId":"1","status":"PENDING"}');
  assert.is(failureNotice('1', error), '{"code":"no-space","job":"1","jobId":"1","message":"full","status":"FAILED"}');
  assert.is(
    failureNotice(undefined, { ...error, hint: 'h' }),
    '{"code":"no-space","hint":"h","message":"full","status":"FAILED"}',
  );
});

test('history: the newest are kept, the old and the surplus go, unfinished and untold ones stay', () => {
  const job = (order: number, more: Partial<Job> = {}): Job => ({ ...done, job: `${order}`, order, told: true, ...more });
  const jobs = [job(1), job(2), job(3), job(4, { told: false }), job(0, { state: 'accepted' })];
  const now = new Date('2026-01-02T00:00:00Z');
  assert.equal(forgettable(jobs, { count: 2, days: 30 }, now), ['s~1~create']);
  assert.equal(forgettable(jobs, { count: 10, days: 30 }, now), []);
  assert.equal(forgettable(jobs, { count: 10, days: 1 }, new Date('2026-01-03T00:00:00Z')).sort(), [
    's~1~create',
    's~2~create',
    's~3~create',
  ]);
});

test.run();
