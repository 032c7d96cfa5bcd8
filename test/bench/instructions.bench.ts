import { median, report } from './figure.js';
import { program, runtimes } from './runtime.js';

/** Microseconds an instruction of dmexec may take beyond its ioctl. */
const most = 20;

for (const runtime of runtimes()) {
  const rounds = [1, 2, 3, 4, 5].map(() => Number(program(runtime, 'instructions.cli', [], '')));
  const goal = runtime.name === 'Node' ? undefined : 1;
  report(`dmexec, an instruction beyond its ioctl, ${runtime.name}`, median(rounds), most, 'us', { name: 'the goal', goal });
}
