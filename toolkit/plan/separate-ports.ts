/**
 * Verilog of icebox_vlog as Verilator reads it: ports are declared in the module's head and then again as wires and registers,
 * which Verilog-2005 allows only where the head names them without a direction (IEEE 1364-2005, section 12.3.4).
 */
export function separatePorts(text: string): string {
  return text.replace(/^module (\w+) \(([^)]*)\);/m, (_head, name: string, list: string) => {
    const ports = list
      .split(',')
      // The space behind an escaped name belongs to it.
      .map((port) => port.trimStart())
      .filter((port) => port !== '');
    const names = ports.map((port) => port.replace(/^(?:input|output|inout) /, ''));
    return [`module ${name} (${names.join(', ')});`, ...ports.map((port) => `${port};`)].join('\n');
  });
}
