import { family, labelled } from '#daemon/metrics.js';
import type { Counters } from './counters.js';

/** What can be said of the service at one moment. */
export interface Gauges {
  running: number;
  waiting: number;
  volumes: number;
  /** Answers that no broker has taken yet. */
  answers: number;
  /** Undefined where no broker is wanted. */
  connected: boolean | undefined;
  memory: number;
}

/** Prometheus' text format, version 0.0.4. */
export function metrics(counters: Counters, now: Gauges): string {
  const jobs = [...counters.jobs];
  return [
    ...family(
      'dvs_jobs_total',
      'counter',
      'Jobs that have ended',
      jobs.map(([labels, { count }]) => [labels, count]),
    ),
    ...family(
      'dvs_job_seconds_total',
      'counter',
      'Time that they took',
      jobs.map(([labels, { seconds }]) => [labels, seconds]),
    ),
    ...family('dvs_messages_refused_total', 'counter', 'Messages that became no job', labelled('code', counters.refusals)),
    ...family('dvs_docker_calls_total', 'counter', 'Calls of Docker', [...counters.docker]),
    ...family('dvs_jobs_running', 'gauge', 'Jobs that are being done', [['', now.running]]),
    ...family('dvs_jobs_waiting', 'gauge', 'Jobs that wait', [['', now.waiting]]),
    ...family('dvs_volumes', 'gauge', 'Volumes of the service', [['', now.volumes]]),
    ...family('dvs_answers_waiting', 'gauge', 'Answers that no broker has taken yet', [['', now.answers]]),
    ...(now.connected === undefined
      ? []
      : family('dvs_broker_connected', 'gauge', 'Whether a broker is connected', [['', Number(now.connected)]])),
    ...family('process_resident_memory_bytes', 'gauge', 'Memory in use', [['', now.memory]]),
    '',
  ].join('\n');
}
