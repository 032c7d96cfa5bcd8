import type { Module } from './module.js';

/** The modules that come with dvm; each is loaded when it is first asked for. */
export const builtinModules: Readonly<Record<string, () => Promise<Module>>> = {
  cmd: async () => (await import('./cmd/cmd.js')).cmd,
  file: async () => (await import('./file/file.js')).file,
};
