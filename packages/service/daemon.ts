import type { Log } from '#daemon/log.js';
import { holdAlone } from '#daemon/single.js';
import { newId } from '#documents/ids.js';
import { fail } from '#tool/errors.js';
import { Broker } from './broker/broker.js';
import type { Settings } from './config.js';
import { type Job, jobType, type Volume, volumeType } from './documents.js';
import { openDoors } from './doors.js';
import { realRoot } from './host/place.js';
import { answer, failureNotice } from './jobs/answers.js';
import type { Status } from './jobs/job.js';
import { JobService, type JobWorld } from './jobs/job-service.js';
import { doJob } from './jobs/work.js';
import { makePlaces } from './places.js';
import { Records } from './records.js';
import { Counters } from './status/counters.js';
import { actionOf, answerTopic, failureTopic } from './topics.js';
import { KeptVolumes } from './volumes/kept.js';
import { restoreVolumes } from './volumes/restore.js';
import type { World } from './volumes/world.js';
import { worldOf } from './world.js';

/** A service that runs. */
export interface Daemon {
  jobs: JobService;
  world: World;
  broker: Broker;
  counters: Counters;
  /** Ends what runs, and leaves everything so that the next start goes on with it. */
  stop(): Promise<void>;
}

const alone = 'one dvs runs at a time; give another one a stateDirectory, NODE_NAME and clientId of its own';

/**
 * Starts the service: brings back the volumes, goes on with the jobs, then listens.
 *
 * @throws DvmError `bad-root`, `no-group` (exit 78), `no-state` (exit 73), `running-already` (exit 75)
 */
export async function startDaemon(settings: Settings, log: Log, makeWorld = worldOf): Promise<Daemon> {
  if (settings.backend === 'dvm' && !settings.dvm)
    throw fail('config', 'no-group', 'backend "dvm" has no group to make volumes in', { hint: 'set "dvm" in the config' });
  for (const root of settings.roots) realRoot(root);
  const places = makePlaces(settings.stateDirectory);
  const release = holdAlone(places.lock, alone);
  const damaged = (path: string, e: Error) => log('error', 'record-damaged', { path, message: e.message });
  const counters = new Counters();
  const jobRecords = new Records<Job>(places.jobs, jobType);
  const kept = new KeptVolumes(new Records<Volume>(places.volumes, volumeType), damaged);
  const world = makeWorld(settings, kept, places);
  const known = jobRecords.load(damaged);
  await restoreVolumes(
    world,
    new Set(known.flatMap((j) => (j.state === 'accepted' && j.volume) || [])),
    log,
    settings.limits.atOnce,
  );

  const broker = new Broker(settings, log, (topic, payload) => receive(topic, payload));
  const jobs = new JobService(
    { ...answers(settings, broker), ...inWorld(settings, world), records: jobRecords, rules: settings, log, counters },
    known,
  );
  const receive = async (topic: string, payload: Uint8Array): Promise<void> => {
    const action = actionOf(settings.topics, topic);
    if (action) await jobs.receive(action, payload);
    else log('warning', 'topic-ignored', { topic: topic.slice(0, 200) });
  };
  const closers = await openDoors(settings, { jobs, world, broker, counters, log, places });
  await jobs.resume();
  if (settings.brokers.length > 0) broker.start();
  const stop = async (): Promise<void> => {
    for (const close of closers) await close();
    await jobs.stop();
    await broker.stop();
    release();
  };
  return { jobs, world, broker, counters, stop };
}

function answers({ topics, answerFailed }: Settings, { outbox }: Broker): Pick<JobWorld, 'tell' | 'tellRefusal'> {
  const tell = (job: Job, status: Status, taken: () => void): void => {
    const topic = answerTopic(topics, job.sender);
    const failed = status === 'FAILED';
    if (!failed || answerFailed) outbox.add({ topic, payload: answer(job.job, status), ...(!failed && { taken }) });
    if (!failed) return;
    const failure = job.error ?? { code: 'unknown', message: 'the record says no more' };
    outbox.add({ topic: failureTopic(topics, job.sender), payload: failureNotice(job.job, failure), taken });
  };
  const tellRefusal: JobWorld['tellRefusal'] = (address, failure) => {
    if (address && answerFailed)
      outbox.add({ topic: answerTopic(topics, address.sender), payload: answer(address.job, 'FAILED') });
    outbox.add({ topic: failureTopic(topics, address?.sender), payload: failureNotice(address?.job, failure) });
  };
  return { tell, tellRefusal };
}

function inWorld(settings: Settings, world: World): Pick<JobWorld, 'work' | 'newId' | 'now'> {
  const now = () => new Date();
  return { newId, now, work: (job, found) => doJob(world, settings, job, now().toISOString(), found) };
}
