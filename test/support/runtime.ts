import { resolve } from 'node:path';

/** What the tools under test run on, as `make test RUNTIME=…` chooses: Node, or the executable that holds them all. */
export const runtime: 'node' | 'dist' = process.env.DVM_TEST_RUNTIME === 'dist' ? 'dist' : 'node';

/** For the guest that a test boots: its own environment is empty. */
export const runtimeEnvironment: Record<string, string> = { DVM_TEST_RUNTIME: runtime };

/** The file that users start a tool by. */
export function toolPath(name: string): string {
  return runtime === 'dist' ? resolve('build/dist/bin', name) : resolve('bin', name);
}

/** Program and first arguments that start a tool, wherever Node may be. */
export function toolCommand(name: string): [string, ...string[]] {
  return runtime === 'dist' ? [toolPath(name)] : [process.execPath, resolve('build/bin', `${name}.cjs`)];
}
