/** Keys under which exporters keep what the outputs stand for. */
const KEYS = ['labels', 'classes', 'class_names', 'names'];

/** Labels from a model's metadata, a JSON list or lines or words between commas; null unless there are `count`. */
export function labelsFrom(metadata: ReadonlyMap<string, string>, count: number): readonly string[] | null {
  for (const key of KEYS) {
    const text = metadata.get(key);
    const labels = text === undefined ? null : labelsOf(text);
    if (labels?.length === count) return labels;
  }
  return null;
}

function labelsOf(text: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((label) => typeof label === 'string') ? value : null;
  } catch {
    return text
      .trim()
      .split(text.includes('\n') ? /\r?\n/ : ',')
      .map((label) => label.trim());
  }
}
