import type { DocumentType } from '#tool/document.js';
import { fail } from '#tool/errors.js';
import { canonical, parseJson } from '#tool/json.js';
import type { ArgumentSchema } from './arguments.js';
import { type StateModule, stateAnswerType, stateModuleType } from './documents.js';
import type { Answer, Context, Module, Request } from './module.js';
import { cleanEnvironment, type Ran, runBounded } from './process.js';

/** Milliseconds that a module has to say what it can. */
const patience = 10_000;
/** Bytes of an answer. */
const most = 8 << 20;

/**
 * A module that is an executable: started once a question, with one word as its argument and a `state-request` on its
 * standard input, it answers with one document on standard output.
 *
 * @param path an executable that was found to be trusted (`extensions/`)
 * @throws DvmError `module-failed`, `bad-module` (exit 78)
 */
export async function programModule(path: string, signal: AbortSignal): Promise<Module> {
  const described = await ask(path, 'describe', '', stateModuleType, { signal, timeout: patience });
  const put = async (word: 'check' | 'apply' | 'watch', request: Request, context: Context): Promise<Answer> => {
    const input = canonical({ kind: 'state-request', version: 1, ...request });
    const { kind: _, version: __, ...answer } = await ask(path, word, input, stateAnswerType, context);
    return answer;
  };
  return {
    name: described.name,
    functions: functionsOf(described),
    check: (request, context) => put('check', request, context),
    apply: (request, context) => put('apply', request, context),
    watch: (request, context) => put('watch', request, context),
  };
}

/** What a compiler has to know of a module, from its answer to `describe`. */
export function functionsOf({ functions }: StateModule): Module['functions'] {
  const specs = Object.entries(functions).map(([name, { schema, name: nameSchema, summary = '', watch }]) => [
    name,
    {
      summary,
      schema: schema as ArgumentSchema,
      ...(nameSchema && { name: nameSchema as ArgumentSchema }),
      ...(watch && { watch }),
    },
  ]);
  return Object.fromEntries(specs);
}

interface Bounds {
  signal: AbortSignal;
  timeout?: number;
}

async function ask<T>(path: string, word: string, input: string, type: DocumentType<T>, bounds: Bounds): Promise<T> {
  const { signal, timeout } = bounds;
  const ran = await runBounded({ file: path, args: [word], input, most, signal, timeout, env: cleanEnvironment });
  const why = problemOf(ran);
  const name = path.split('/').at(-1);
  if (why !== undefined)
    throw fail('config', 'module-failed', `module "${name}" failed to ${word}: ${why}`, {
      details: { stderr: ran.stderr.toString().slice(-2000) },
    });
  return type.parse(parseJson(ran.stdout, `answer of module "${name}"`), `answer of module "${name}"`);
}

function problemOf({ code, signal, cut, stopped, problem }: Ran): string | undefined {
  if (problem !== undefined) return `it did not start: ${problem}`;
  if (stopped) return stopped === 'timeout' ? 'its time was over' : 'the run was ended';
  if (signal !== null) return `it was killed by ${signal}`;
  if (cut) return `it printed more than ${most} bytes`;
  return code === 0 ? undefined : `it ended with ${code}`;
}
