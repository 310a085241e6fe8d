/** The last lines of a tool's output that say something, for an error message. */
export function lastLines(text: string, count: number): string {
  return text
    .split(/\r?\n/)
    .map(lastShown)
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .map((line) => `  ${line.slice(0, 300)}`)
    .join('\n');
}

/** What a terminal shows of a line in the end: progress is drawn over and over, each time after a carriage return. */
function lastShown(line: string): string {
  return line.split('\r').findLast((part) => part.trim() !== '') ?? '';
}
