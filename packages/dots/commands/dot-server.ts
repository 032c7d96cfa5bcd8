import { jsonLog } from '#daemon/log.js';
import { singleTool } from '#tool/command.js';
import { writeAll } from '#tool/stdio.js';
import { settingsFor, storeOf, storeOptions } from '../cli/common.js';
import { dotServerSection, serverOptions } from '../server/config.js';

const { group, pool } = storeOptions;

export const tool = singleTool({
  name: 'dot-server',
  summary: 'serves dots to programs: the JSON-RPC of dotmesh, over a socket and TCP',
  input: 'nothing',
  output: 'a "dot-server-ready" document once it listens',
  positionals: [],
  options: {
    group,
    pool,
    socket: { type: 'string', value: 'PATH', describe: 'the socket, for its owner alone (/run/dvm/dot-server.sock)' },
    host: { type: 'string', value: 'HOST', describe: 'the address to listen on, where there are keys (127.0.0.1)' },
    port: { type: 'integer', value: 'PORT', describe: 'the port there (32607)' },
  },
  run: async (call) => {
    const { socket, host, port } = call.options;
    const settings = settingsFor(call);
    const { serve } = await import('../server/serve.js');
    const { verbsOf } = await import('../server/verbs-of-store.js');
    const asked = {
      ...(socket !== undefined && { socket }),
      ...(host !== undefined && { host }),
      ...(port !== undefined && { port }),
    };
    const options = serverOptions(call.section(dotServerSection), asked);
    const log = jsonLog((line) => void writeAll(2, Buffer.from(`${line}\n`)));
    return serve({ ...options, verbs: verbsOf(storeOf(call, settings), settings), author: settings.author }, log);
  },
});
