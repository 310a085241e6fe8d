import { BuildError } from '../errors.js';

/**
 * Connects the pin of a PLL in the Verilog of icebox_vlog, which leaves it open where the PLL's output goes to a global net only:
 * then the pin's port is the one that icebox_vlog warns it did not meet. A design without such a PLL stays as it is.
 * Throws BuildError where that does not say which port it is.
 */
export function withPllPad(logic: string): string {
  const ports = /^module \w+ \(([^)]*)\);/m.exec(logic)?.[1] ?? '';
  const inputs = new Set(ports.split(',').map((port) => port.trim().replace(/^in(?:put|out)\s+/, '')));
  const open = [...logic.matchAll(/^ {2}\.PACKAGEPIN\(([^)]+)\),$/gm)]
    .map(([, net = '']) => net.trim())
    .filter((net) => !inputs.has(net));
  if (open.length === 0) return logic;
  const unmatched = [...logic.matchAll(/^\/\/ Warning: unmatched port '([^']+)'$/gm)].map(
    ([, port = '']) => port,
  );
  if (open.length > 1 || unmatched.length !== 1) {
    throw new BuildError(
      `icebox_vlog does not say which port is the pin of the PLL: ${unmatched.length} have no place in its logic` +
        (unmatched.length === 0 ? '' : ` (${unmatched.map((port) => port.trim()).join(', ')})`),
      {
        where: 'PACKAGEPIN of the PLL',
        next: 'read all inputs of the top module, or simulate with --level netlist',
      },
    );
  }
  return logic.replace(/^endmodule$/m, () => `assign ${open[0]} = ${unmatched[0]};\n\nendmodule`);
}
