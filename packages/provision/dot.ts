import { setTimeout as sleep } from 'node:timers/promises';
import { callServer } from '#dots/server/client.js';
import { dotWord } from '#dots/state/words.js';
import { fail } from '#tool/errors.js';
import type { Json } from '#tool/json.js';
import type { Tell } from './progress.js';
import { type Seed, seedText } from './seed.js';
import type { Settings } from './settings.js';

export interface DotOptions {
  /** Socket of the dot server. */
  socket: string;
  dot: NonNullable<Settings['dot']>;
  seed: Seed | undefined;
  lazy: boolean;
  /** Milliseconds that a seed may take. */
  patience: number;
  signal: AbortSignal;
  tell: Tell;
}

/** Milliseconds between two looks at a transfer. */
const askAgain = 200;

/**
 * Sees that the dot is there: as it is, from its seed, or new. The server records where it is from before it can be mounted, so
 * that nothing is seeded twice, whatever becomes of this run.
 *
 * @throws DvmError `seed-failed`, `seed-late` (exit 69), those of `callServer`
 */
export async function ensureDot(options: DotOptions): Promise<'found' | 'made'> {
  const { socket, dot, seed } = options;
  const named = { Namespace: dot.word.namespace, Name: dot.word.name };
  if ((await callServer(socket, 'Exists', named)) !== '') return 'found';
  if (seed) await seeded(options, seed);
  else await callServer(socket, 'Create', named);
  return 'made';
}

async function seeded({ socket, dot, lazy, patience, signal, tell }: DotOptions, seed: Seed): Promise<void> {
  const { namespace, name } = dot.word;
  const local = { LocalNamespace: namespace, LocalName: name, LocalBranchName: '' };
  const remote = {
    Peer: seed.host,
    Port: 0,
    RemoteNamespace: seed.namespace,
    RemoteName: seed.name,
    RemoteBranchName: seed.branch,
  };
  const order = { ...local, ...remote, Direction: 'pull', Seed: true, Lazy: lazy };
  const id = await callServer(socket, 'Transfer', order);
  const deadline = performance.now() + patience;
  for (let last = ''; ; await sleep(askAgain, undefined, { signal }).catch(() => {})) {
    const { status, message, facts } = stateOf(await callServer(socket, 'GetTransfer', id));
    const now = JSON.stringify([status, facts]);
    if (now !== last) tell({ step: 'dot', state: 'running', subject: seedText(seed), status, ...facts });
    last = now;
    if (status === 'finished') return;
    const what = `dot "${dotWord(dot.word)}" could not be had from "${seedText(seed)}"`;
    if (status === 'error')
      throw fail('unavailable', 'seed-failed', `${what}: ${message}`, { hint: 'nothing of it is mounted; run it again' });
    if (signal.aborted || performance.now() > deadline)
      throw fail('unavailable', 'seed-late', `${what} in ${Math.round(patience / 1000)} s: ${status}`, {
        hint: 'what has come is kept; run it again, perhaps with --seed-timeout',
      });
  }
}

function stateOf(answer: Json) {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    throw fail('unavailable', 'no-server', 'the dot server says nothing of the transfer');
  const { Status, Message, Index, Total, Sent, Size } = answer;
  const facts = { index: Number(Index), total: Number(Total), sent: Number(Sent), size: Number(Size) };
  return { status: String(Status), message: String(Message), facts };
}

/** Mounts the subdot on the mount point. Where it is already, it stays. */
export async function mountDot({ socket, dot }: Pick<DotOptions, 'socket' | 'dot'>): Promise<string> {
  const { namespace, name, branch, subdot } = dot.word;
  const params = { Namespace: namespace, Name: branch === undefined ? name : `${name}@${branch}`, Target: dot.mountpoint };
  return String(await callServer(socket, 'Procure', subdot === undefined ? params : { ...params, Subdot: subdot }));
}
