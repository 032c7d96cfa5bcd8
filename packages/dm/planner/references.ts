import type { Target } from '../documents.js';

/** At the beginning of a word, or behind an option that names a device. */
const reference = /(?<=^|\s|(?:^|\s)meta_device:)@\S+/g;
const device = /(?<=^|\s|(?:^|\s)meta_device:)(?:@\S+|\d+:\d+)(?!\S)/g;

/** The words of a table that name devices: `@NAME` and `major:minor`. */
export function namesIn(targets: readonly Target[]): string[] {
  return targets.flatMap((t) => t.args.match(device) ?? []);
}

/** Replaces `@NAME` by what `lookup` says; where it says nothing the word stays. */
export function resolveTargets(targets: readonly Target[], lookup: (name: string) => string | undefined): Target[] {
  return targets.map((t) => (t.args.includes('@') ? { ...t, args: resolveArgs(t.args, lookup) } : t));
}

function resolveArgs(args: string, lookup: (name: string) => string | undefined): string {
  return args.replace(reference, (word) => lookup(word.slice(1)) ?? word);
}

/** Replaces `major:minor` by what `lookup` says. */
export function replaceNumbers(targets: readonly Target[], lookup: (dev: string) => string | undefined): Target[] {
  return targets.map((t) => ({ ...t, args: t.args.replace(device, (word) => lookup(word) ?? word) }));
}
