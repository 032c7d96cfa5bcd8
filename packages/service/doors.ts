import { listenOn } from '#daemon/listen.js';
import type { Log } from '#daemon/log.js';
import { newId } from '#documents/ids.js';
import type { Broker } from './broker/broker.js';
import type { Settings } from './config.js';
import { pluginHandler } from './docker/plugin.js';
import { DockerVolumes } from './docker/volumes.js';
import type { JobService } from './jobs/job-service.js';
import type { Places } from './places.js';
import type { Counters } from './status/counters.js';
import { statusHandler } from './status/server.js';
import type { World } from './volumes/world.js';

interface House {
  jobs: JobService;
  world: World;
  broker: Broker;
  counters: Counters;
  log: Log;
  places: Places;
}

/** Opens the sockets that the config asks for: Docker's, and that of the metrics. */
export async function openDoors(settings: Settings, house: House): Promise<(() => Promise<void>)[]> {
  const { jobs, world, broker, counters, log, places } = house;
  const closers: (() => Promise<void>)[] = [];
  if (settings.status !== undefined) {
    const gauges = () => ({
      ...{ running: jobs.running, waiting: jobs.waiting, volumes: world.volumes.size, answers: broker.outbox.size },
      ...{ connected: settings.brokers.length > 0 ? broker.connected : undefined, memory: process.memoryUsage.rss() },
    });
    closers.push(await listenOn(settings.status, statusHandler(counters, gauges)));
  }
  if (settings.docker) {
    const now = () => new Date();
    const volumes = new DockerVolumes({ world, rules: settings, directory: places.docker, newId, now, log });
    await volumes.restore();
    closers.push(await listenOn(settings.docker.socket, pluginHandler(volumes, log, counters)));
  }
  return closers;
}
