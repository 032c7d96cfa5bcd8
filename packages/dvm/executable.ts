import { registry } from '#gen/registry.js';
import { becomeTool } from '#tool/executable.js';
import { main } from '#tool/main.js';

/** Entry point of the one executable that is every tool: `make dist`. */
async function start(): Promise<void> {
  const tools = { ...registry, dvm: async () => (await import('./commands/dvm.js')).tool };
  const name = becomeTool(Object.keys(tools), 'dvm');
  const load = tools[name as keyof typeof tools];
  if (load) await main(await load());
}

void start();
