import type { Log } from '#daemon/log.js';
import { Queue } from '#daemon/queue.js';
import { canonical } from '#tool/json.js';
import type { MemberEvent } from '../member/state.js';
import type { Meta } from '../member/wire.js';
import { endpointOf } from './client.js';
import { type Listeners, serveControl } from './control.js';
import { type CredentialFiles, readCredentials } from './identity.js';
import { MemberNode } from './node.js';

export interface RunOptions {
  files: CredentialFiles;
  listen: string;
  advertise: string | undefined;
  join: readonly string[];
  meta: Meta;
  socket: string;
}

/** One event as it is printed: what happened to which node, when, as this node sees it. */
export interface EventDocument extends MemberEvent {
  kind: 'member-event';
  version: 1;
  time: string;
}

/**
 * Takes part in the fleet until SIGTERM or SIGINT (then it says good-bye), and yields what happens.
 *
 * @throws DvmError those of `readCredentials`, `endpointOf`, `MemberNode.start` and `serveControl`
 */
export async function* runMember(options: RunOptions, log: Log, seed: number): AsyncGenerator<EventDocument> {
  const at = endpointOf(options.listen);
  const advertise = options.advertise ?? options.listen;
  endpointOf(advertise);
  for (const address of options.join) endpointOf(address);
  const events = new Queue<EventDocument>();
  const listeners: Listeners = new Set();
  const node = await MemberNode.start({
    credentials: readCredentials(options.files),
    at,
    advertise,
    meta: options.meta,
    seed,
    event: (event) => {
      const document: EventDocument = { kind: 'member-event', version: 1, time: new Date().toISOString(), ...event };
      events.push(document);
      for (const tell of listeners) tell(canonical(document));
    },
    refused: (peer, reason) => log('warning', 'refused', { peer, reason }),
  });
  const endControl = await serveControl(options.socket, node, listeners);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => node.leave());
  log('info', 'started', { node: node.name, listen: options.listen, advertise });
  node.join(options.join);
  void node.gone.then(() => events.end());
  yield* events;
  log('info', 'left', { node: node.name });
  node.stop();
  await endControl();
}
