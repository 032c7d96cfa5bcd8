import { loadTools } from '#test/support/tools.js';
import type { Tool } from '#tool/command.js';

let loaded: Promise<ReadonlyMap<string, Tool>> | undefined;

/** Every tool by its name, loaded once. */
export function toolsByName(): Promise<ReadonlyMap<string, Tool>> {
  loaded ??= loadTools().then((tools) => new Map(tools.map((tool) => [tool.name, tool])));
  return loaded;
}
