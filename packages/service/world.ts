import { fail } from '#tool/errors.js';
import type { Settings } from './config.js';
import type { Volume } from './documents.js';
import { realHost } from './host/host.js';
import type { Places } from './places.js';
import type { Backend } from './volumes/backend.js';
import { dvmBackend } from './volumes/dvm-backend.js';
import { fileBackend } from './volumes/file-backend.js';
import type { KeptVolumes } from './volumes/kept.js';
import { rootOf } from './volumes/mount-point.js';
import type { World } from './volumes/world.js';

/** The volumes of this machine. */
export function worldOf(settings: Settings, kept: KeptVolumes, places: Places): World {
  const roots = [...settings.roots, places.docker];
  const host = realHost({
    rootOf: (mountPoint) => rootOf(mountPoint, roots) ?? noRoot(mountPoint),
    overNonEmpty: settings.overNonEmpty,
    mountOptions: settings.mountOptions,
  });
  const backends: Record<Volume['backend'], Backend | undefined> = {
    file: fileBackend(places.volumes, settings.allocation),
    dvm: settings.dvm && dvmBackend(settings.dvm),
  };
  return {
    volumes: kept.all,
    host,
    backend: ({ backend }) => backends[backend] ?? noBackend(backend),
    keep: (volume, durable) => kept.keep(volume, durable),
    forget: (volume) => kept.forget(volume),
  };
}

function noRoot(mountPoint: string): never {
  throw fail('config', 'bad-mount-point', `mount point "${mountPoint}" is no longer below a root`, {
    hint: 'put its root back into "roots" of the config',
  });
}

function noBackend(name: string): never {
  throw fail('config', 'no-backend', `backend "${name}" is not in the config any more`);
}
