import { fail } from '#tool/errors.js';
import type { OptionSpecs, OptionValues } from '#tool/options.js';
import { findDot } from '../state/find.js';
import type { DotName } from '../state/words.js';
import type { Store } from '../store.js';
import type { DotProgress, OnProgress, Remote, RemoteAuth } from '../transfer/content.js';
import { sizeText } from './format.js';

/** How registries are reached. */
export const accessOptions = {
  'remote-ca': { type: 'string', value: 'FILE', describe: "PEM of the authority that signed the registry's certificate" },
  'plain-http': { type: 'boolean', describe: 'speak HTTP without TLS' },
  'credentials-file': { type: 'string', value: 'FILE', describe: 'USER:PASSWORD, or a token, on its first line' },
  'docker-config': { type: 'string', value: 'FILE', describe: "credentials from Docker's config.json" },
} as const satisfies OptionSpecs;

export const remoteOptions = {
  remote: {
    type: 'string',
    value: 'REFERENCE',
    describe: 'HOST[:PORT]/PATH (default: where it was cloned from, or first pushed to)',
  },
  ...accessOptions,
} as const satisfies OptionSpecs;

/** @throws DvmError `two-credentials` (exit 64) */
export function remoteAt(reference: string, options: OptionValues<typeof accessOptions>): Remote {
  const { 'remote-ca': ca, 'plain-http': plainHttp } = options;
  return { reference, auth: authOf(options), plainHttp, ...(ca === undefined ? {} : { ca }) };
}

function authOf(options: OptionValues<typeof accessOptions>): RemoteAuth {
  const { 'credentials-file': file, 'docker-config': config } = options;
  if (file !== undefined && config !== undefined)
    throw fail('usage', 'two-credentials', '--credentials-file and --docker-config both say who we are');
  if (file !== undefined) return { kind: 'credentials', path: file };
  return config === undefined ? { kind: 'anonymous' } : { kind: 'docker-config', path: config };
}

/**
 * The registry that a dot goes to.
 *
 * @throws DvmError `no-remote` (exit 64)
 */
export async function remoteOf(store: Store, dot: DotName, options: OptionValues<typeof remoteOptions>): Promise<Remote> {
  const reference = options.remote ?? findDot((await store.read()).state, dot).remote;
  if (reference !== undefined) return remoteAt(reference, options);
  throw fail('usage', 'no-remote', 'nothing says which registry', { hint: '--remote HOST[:PORT]/PATH' });
}

/** Tells how far a transfer is: a line of words now and then. */
export function progressTold(note: (line: string) => void, now: () => number = Date.now): OnProgress {
  let last = 0;
  return (progress) => {
    if (progress.phase !== 'finished' && now() - last < 1000) return;
    last = now();
    note(progressText(progress));
  };
}

export function progressText({ phase, index, total, sent, size }: DotProgress): string {
  const width = 20;
  const done = size === 0 ? 0 : Math.min(width, Math.floor((sent / size) * width));
  return `${phase} ${index}/${total} [${'#'.repeat(done)}${'.'.repeat(width - done)}] ${sizeText(sent)} of ${sizeText(size)}`;
}
