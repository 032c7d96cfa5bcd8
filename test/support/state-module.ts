import type { Answer, Context, Module } from '#states/modules/module.js';

/** A run without end or terminal, for modules under test; what they note is kept. */
export function quietContext(): Context & { notes: string[] } {
  const notes: string[] = [];
  return { notes, signal: new AbortController().signal, note: (line) => notes.push(line) };
}

/** Asks a module: `ask(file, 'apply', 'managed', '/etc/motd', {content: 'x'})`. */
export function ask(
  module: Module,
  word: 'check' | 'apply' | 'watch',
  f: string,
  name: string,
  args: object = {},
): Promise<Answer> {
  return module[word]({ function: f, name, args: { ...args }, facts: {} }, quietContext());
}
