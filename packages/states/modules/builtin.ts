import { fail } from '#tool/errors.js';
import { argumentProblems } from './arguments.js';
import type { Answer, Context, FunctionSpec, Module, Request } from './module.js';

/**
 * What a built-in function finds: whether something is to be done, and how to do it. One look serves `check` and `apply`, so
 * that what the one announces is what the other does.
 */
export interface Finding extends Omit<Answer, 'result'> {
  result?: boolean;
  /** Does it; missing where nothing is to be done, or nothing can be. What it returns goes over what was found. */
  act?(): Promise<Partial<Answer> | undefined> | Partial<Answer> | undefined;
}

/** A function of a built-in module; its arguments were found right when `look` and `watch` are called. */
export interface BuiltinFunction<A> extends Omit<FunctionSpec, 'watch'> {
  look(request: Request<A>, context: Context): Promise<Finding> | Finding;
  watch?(request: Request<A>, context: Context): Promise<Answer>;
}

/** Binds a function's arguments to the type that its schema stands for. */
export function builtinFunction<A>(f: BuiltinFunction<A>): BuiltinFunction<never> {
  return f as BuiltinFunction<never>;
}

/** Makes a module of functions. `together` is for those with `aggregate`. */
export function builtinModule(
  name: string,
  functions: Readonly<Record<string, BuiltinFunction<never>>>,
  together?: Module['together'],
): Module {
  const found = (request: Request) => checkedFunction(name, functions, request);
  return {
    name,
    functions: Object.fromEntries(Object.entries(functions).map(([key, f]) => [key, specOf(f)])),
    check: async (request, context) => answerOf(await found(request).look(request as Request<never>, context)),
    apply: async (request, context) => {
      const finding = await found(request).look(request as Request<never>, context);
      return { ...answerOf(finding), ...(await finding.act?.()) };
    },
    watch: async (request, context) => {
      const { watch } = found(request);
      if (!watch) throw fail('usage', 'no-watch-action', `"${name}.${request.function}" has no watch action`);
      return watch(request as Request<never>, context);
    },
    ...(together && { together }),
  };
}

function specOf({ look: _, watch, ...spec }: BuiltinFunction<never>): FunctionSpec {
  return { ...spec, watch: watch !== undefined };
}

function answerOf({ act: _, result = true, ...answer }: Finding): Answer {
  return { result, ...answer };
}

/** @throws DvmError `no-function`, `bad-argument` (exit 65) */
function checkedFunction(name: string, functions: Readonly<Record<string, BuiltinFunction<never>>>, request: Request) {
  const f = Object.hasOwn(functions, request.function) ? functions[request.function] : undefined;
  if (!f)
    throw fail('badInput', 'no-function', `module "${name}" has no function "${request.function}"`, {
      hint: `it has ${Object.keys(functions).join(', ')}`,
    });
  const problems = requestProblems(specOf(f), request);
  const first = problems[0];
  if (first)
    throw fail('badInput', 'bad-argument', `argument "${first.path}" of "${name}.${request.function}" ${first.message}`, {
      ...(first.hint !== undefined && { hint: first.hint }),
      details: { problems },
    });
  return f;
}

/** All that is wrong with a request to a function. */
export function requestProblems({ schema, name }: FunctionSpec, request: Pick<Request, 'name' | 'args'>) {
  return [...(name ? argumentProblems(name, request.name, 'name') : []), ...argumentProblems(schema, request.args)];
}
