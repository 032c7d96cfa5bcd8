import type { Module } from './module.js';

/** The modules that come with dvm; each is loaded when it is first asked for. */
export const builtinModules: Readonly<Record<string, () => Promise<Module>>> = {
  cmd: async () => (await import('./cmd/cmd.js')).cmd,
  dot: async () => (await import('./storage/dot.js')).dotModule(),
  file: async () => (await import('./file/file.js')).file,
  fs: async () => (await import('./storage/fs.js')).fs,
  git: async () => (await import('./git/git.js')).gitModule(),
  lv: async () => (await import('./storage/lv.js')).lvModule(),
  mount: async () => (await import('./storage/mount.js')).mount,
  pkg: async () => (await import('./pkg/pkg.js')).pkgModule(),
  pkgrepo: async () => (await import('./pkg/repository.js')).pkgrepoModule(),
  service: async () => (await import('./service/service.js')).serviceModule(),
  vg: async () => (await import('./storage/vg.js')).vgModule(),
};
