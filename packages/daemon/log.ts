import { canonical } from '#tool/json.js';

/** Facts of an event, beside its name: ids, codes, paths. Never a payload, never a credential. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** Tells operators what happens: one event a line. */
export type Log = (level: 'info' | 'warning' | 'error', event: string, facts?: Facts) => void;

/** A log of JSON lines with the time of each. */
export function jsonLog(write: (line: string) => void, now: () => Date = () => new Date()): Log {
  return (level, event, facts = {}) => write(canonical({ time: now().toISOString(), level, event, ...facts }));
}
