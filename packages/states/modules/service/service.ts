import { fail } from '#tool/errors.js';
import { builtinFunction, builtinModule, type Finding } from '../builtin.js';
import type { Answer, Context, Module, Request } from '../module.js';
import { output, type Runner, realRunner } from '../system/program.js';

interface ServiceArgs {
  enable?: boolean;
  reload?: boolean;
}

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    enable: { type: 'boolean', description: 'whether it comes up at boot; not looked at when missing' },
    reload: { type: 'boolean', description: 'when something watched changes: reload it instead of restarting it' },
  },
} as const;
const none = { type: 'object', additionalProperties: false } as const;
const name = { type: 'string', pattern: '^[A-Za-z0-9@_][A-Za-z0-9@:_.\\\\-]{0,254}$' } as const;

/** Units of systemd. */
export function serviceModule(runner: Runner = realRunner): Module {
  const systemctl = (signal: AbortSignal, ...args: string[]) =>
    output(runner, { file: 'systemctl', args: ['--no-ask-password', ...args], signal });

  async function unit(name: string, signal: AbortSignal): Promise<Unit> {
    const text = await systemctl(signal, 'show', '-p', 'LoadState,ActiveState,UnitFileState', '--', name);
    const found = Object.fromEntries(text.split('\n').map((line) => line.split('=', 2) as [string, string]));
    if (found.LoadState === 'not-found')
      throw fail('notFound', 'no-service', `service "${name}" is not known to systemd`, {
        hint: 'install it before, and require that',
      });
    return {
      active: ['active', 'reloading', 'activating'].includes(found.ActiveState ?? ''),
      enabled: found.UnitFileState ?? '',
    };
  }

  async function finding(
    name: string,
    running: boolean | undefined,
    enable: boolean | undefined,
    { signal }: Context,
  ): Promise<Finding> {
    const now = await unit(name, signal);
    const steps = stepsTo(now, running, enable);
    if (steps.length === 0) return { changed: false, comment: `service "${name}" is as it should be`, output: now };
    const act = async () => {
      for (const step of steps) await systemctl(signal, step, '--', name);
      return { comment: `service "${name}": ${steps.join(', ')}`, output: await unit(name, signal) };
    };
    return { changed: true, comment: `service "${name}" would: ${steps.join(', ')}`, changes: { steps, was: now }, act };
  }

  async function watch({ name, args: { reload = false } }: Request<ServiceArgs>, { signal }: Context): Promise<Answer> {
    const step = reload ? 'reload-or-restart' : 'restart';
    await systemctl(signal, step, '--', name);
    return {
      result: true,
      changed: true,
      changes: { steps: [step] },
      comment: `service "${name}": ${step}`,
      output: await unit(name, signal),
    };
  }

  return builtinModule('service', {
    running: builtinFunction<ServiceArgs>({
      summary: 'a service that runs; restarted or reloaded when something that it watches changes',
      ...{ name, schema, watch },
      look: ({ name, args }, context) => finding(name, true, args.enable, context),
    }),
    dead: builtinFunction<ServiceArgs>({
      summary: 'a service that does not run',
      ...{ name, schema },
      look: ({ name, args }, context) => finding(name, false, args.enable, context),
    }),
    enabled: builtinFunction<object>({
      summary: 'a service that comes up at boot',
      ...{ name, schema: none },
      look: ({ name }, context) => finding(name, undefined, true, context),
    }),
    disabled: builtinFunction<object>({
      summary: 'a service that does not come up at boot',
      ...{ name, schema: none },
      look: ({ name }, context) => finding(name, undefined, false, context),
    }),
  });
}

interface Unit {
  active: boolean;
  /** As systemd says it: enabled, disabled, static, masked … */
  enabled: string;
}

/** What is static, generated or an alias cannot be enabled, and needs not be. */
function stepsTo(now: Unit, running: boolean | undefined, enable: boolean | undefined): string[] {
  const steps: string[] = [];
  if (enable === true && ['disabled', 'masked'].includes(now.enabled))
    steps.push(...(now.enabled === 'masked' ? ['unmask'] : []), 'enable');
  if (enable === false && now.enabled === 'enabled') steps.push('disable');
  if (running !== undefined && running !== now.active) steps.push(running ? 'start' : 'stop');
  return steps;
}
