import { libc } from '#blockdev/libc.js';
import type { Instruction } from '#dm/documents.js';
import { Control } from '#dm/ioctl/control.js';
import { DeviceEvents } from '#dm/ioctl/events.js';
import { RealKernel } from '#dm/ioctl/real-kernel.js';
import { run } from '#dm/program/machine.js';

const devices = 1000;
// Prints the microseconds that dmexec spends on an instruction beyond the kernel's own work: an ioctl that answers at once
// stands for the kernel.

function program(): Instruction[] {
  const each = Array.from({ length: devices }, (_, i): Instruction[] => {
    const id = { name: `vg-lv${i}`, uuid: `DVM-group-${i}` };
    const targets = [{ type: 'linear', size: 128, args: `7:0 ${i * 128}` }];
    return [
      { op: 'create', id },
      { op: 'load', id, targets },
      { op: 'resume', id },
    ];
  });
  return [...each.flat(), { op: 'exit', code: 0 }];
}

function eachInstruction(): number {
  const calls = { ...libc(), ioctl: () => 0 };
  const kernel = new RealKernel(new Control(-1, calls), new DeviceEvents({ wait: 0, note: () => {} }, calls));
  const instructions = program();
  const start = performance.now();
  const { exit } = run(instructions, kernel);
  if (exit !== 0) throw new Error(`the program ended with ${exit}`);
  return ((performance.now() - start) * 1000) / instructions.length;
}

process.stdout.write(`${eachInstruction()}\n`);
