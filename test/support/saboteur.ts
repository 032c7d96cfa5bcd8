import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolCommand } from './runtime.js';

type Phase = 'phase1' | 'phase2' | 'abort';
/** `start`: the session of dmexec is to begin, nothing is prepared; else right before or after a phase. */
export type Point = 'start' | `${'before' | 'after'}-${Phase}`;

/** Actions: the end of tm, and of the dmexec that it started. */
export const killTm = 'kill -9 $PPID';
export const killDmexec = 'kill -9 $DM_PID';

/**
 * Makes a config under which `action`, a line of bash, happens at one point of every transaction: a script stands between tm
 * and the session of dmexec and passes on what they say.
 *
 * @returns path of the config
 */
export function sabotage(dir: string, point: Point, action: string): string {
  const script = join(dir, `at-${point}`);
  const config = join(dir, `at-${point}.json`);
  writeFileSync(script, scriptOf(point, action), { mode: 0o755 });
  const tm = { check: [], activation: { execute: [script] } };
  writeFileSync(config, JSON.stringify({ kind: 'config', version: 1, tm }), { mode: 0o600 });
  return config;
}

function scriptOf(point: Point, action: string): string {
  return `#!/bin/bash
at() { if [ "$1" = ${point} ]; then ${action}; sleep 0.05; fi; }
at start
coproc DM { exec ${toolCommand('dmexec').join(' ')} "$@"; }
while read -r line; do
  at "before-$line"
  echo "$line" >&"\${DM[1]}" || exit 1
  [ "$line" = end ] && break
  read -r answer <&"\${DM[0]}" || exit 1
  at "after-$line"
  echo "$answer" || exit 1
done 2> /dev/null
exec {DM[1]}>&-
wait $DM_PID
`;
}
