/** A column of a table: numbers are aligned to the right. */
export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/** A table in Markdown, its columns padded so that the text can be read as it is. Cells must hold no `|`. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(3, title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = (row: readonly string[]): string =>
    line(
      columns.map(({ align }, i) => {
        const [cell, width] = [row[i] ?? '', widths[i] ?? 0];
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      }),
    );
  const rule = columns.map(({ align }, i) =>
    align === 'right' ? `${'-'.repeat((widths[i] ?? 3) - 1)}:` : '-'.repeat(widths[i] ?? 3),
  );
  return [padded(columns.map(({ title }) => title)), line(rule), ...rows.map(padded)].join('\n');
}

export const left = (title: string): Column => ({ title });
export const right = (title: string): Column => ({ title, align: 'right' });

export function image(text: string, path: string): string {
  return `![${text}](${path})`;
}
