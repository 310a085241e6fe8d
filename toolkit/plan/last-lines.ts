/** The last lines of a tool's output that say something, for an error message. */
export function lastLines(text: string, count: number): string {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .map((line) => `  ${line.slice(0, 300)}`)
    .join('\n');
}
