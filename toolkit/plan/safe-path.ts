/**
 * Checks that a path of a project stays inside its folder and needs no quoting anywhere: letters, digits, `_`, `-` and `.`
 * between forward slashes, no empty part and none that starts with a dash or is `.` or `..`. Returns it.
 * Throws RangeError: such a path is a defect of whoever made the project, not of its user.
 */
export function safePath(path: string): string {
  const parts = path.split('/');
  if (!parts.every((part) => /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/.test(part) && part !== '.' && part !== '..')) {
    throw new RangeError(`not a path inside a project: ${JSON.stringify(path)}`);
  }
  return path;
}
