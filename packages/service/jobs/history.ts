import type { Job } from '../documents.js';
import { keyOf } from './job.js';

/**
 * The jobs to forget: ended, told, and beyond the number or the age that is kept. What is forgotten is not recognised when it
 * is sent again.
 */
export function forgettable(jobs: readonly Job[], keep: { count: number; days: number }, now: Date): string[] {
  const oldest = new Date(now.getTime() - keep.days * 86_400_000).toISOString();
  const over = jobs.filter((j) => j.state !== 'accepted' && j.told).toSorted((a, b) => b.order - a.order);
  return over.filter((job, i) => i >= keep.count || (job.ended ?? job.received) < oldest).map(keyOf);
}
