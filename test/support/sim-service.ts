import { join } from 'node:path';
import { settingsOf } from '#service/config.js';
import { type Job, jobType, type Volume, volumeType } from '#service/documents.js';
import { JobService } from '#service/jobs/job-service.js';
import { doJob } from '#service/jobs/work.js';
import { Records } from '#service/records.js';
import { Counters } from '#service/status/counters.js';
import { KeptVolumes } from '#service/volumes/kept.js';
import { restoreVolumes } from '#service/volumes/restore.js';
import type { World } from '#service/volumes/world.js';
import type { SimMachine } from './sim-volumes.js';

/** The job service on a machine in memory, with its records in a directory, and nobody on the other end of the line. */
export interface SimService {
  jobs: JobService;
  world: World;
  /** What was told, in order: `1 DONE`, `refused bad-size`. */
  told: string[];
  settled(): Promise<void>;
}

const settings = settingsOf({ roots: ['/mnt'] }, 'node');

/** @param tell whether answers get out */
export async function startSim(machine: SimMachine, dir: string, tell = true): Promise<SimService> {
  const damaged = (path: string): never => {
    throw new Error(`damaged record ${path}`);
  };
  const records = new Records<Job>(join(dir, 'jobs'), jobType);
  const world = machine.world(new KeptVolumes(new Records<Volume>(join(dir, 'volumes'), volumeType), damaged));
  const known = records.load(damaged);
  const told: string[] = [];
  await restoreVolumes(world, new Set(known.flatMap((j) => (j.state === 'accepted' && j.volume) || [])), () => {}, 2);
  let ids = known.length;
  const jobs = new JobService(
    {
      ...{ records, rules: settings, log: () => {}, counters: new Counters(), now: () => new Date() },
      tell: ({ job }, status, taken) => {
        told.push(`${job} ${status}`);
        if (tell) setImmediate(taken);
      },
      tellRefusal: (_, { code }) => void told.push(`refused ${code}`),
      work: (job, found) => doJob(world, settings, job, '2026-01-01T00:00:00Z', found),
      newId: () => 'abcdefghijklmnopqrst'.slice(0, 18) + String.fromCharCode(97 + Math.floor(ids / 26), 97 + (ids++ % 26)),
    },
    known,
  );
  await jobs.resume();
  const settled = async (): Promise<void> => {
    while (jobs.running + jobs.waiting > 0 && !machine.stopped) await new Promise(setImmediate);
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  };
  return { jobs, world, told, settled };
}

export function createMessage(job: string, mountPoint: string, more: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ job, sipId: 's', mountPount: mountPoint, volumeSize: '10', ...more }));
}
