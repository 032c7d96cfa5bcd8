import { shellWord } from '#tool/shell.js';

/** The pipeline of a command of tm, as a person types it: hints are commands that work. */
export function tmCommand(group: string, command: string, ...words: readonly string[]): string {
  const name = shellWord(group);
  const find = /^(find|add|rm|regions|list)$/.test(group) ? 'find ' : '';
  return [`discover ${find}${name} | tm ${command} ${name}`, ...words.map(shellWord)].join(' ');
}

/** The way out when devices stay away. */
export function goingOnWithout(group: string, pvs: readonly string[]): string {
  return tmCommand(group, 'recover', ...pvs.flatMap((pv) => ['--without', pv]));
}

/** What can be done about devices that fail. */
export function aboutFailing(group: string, pvs: readonly string[]): string {
  return `see to the device and try again, or go on without it: ${goingOnWithout(group, pvs)}`;
}
