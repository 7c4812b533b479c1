/** A project's or an extra's name as it is compared (PEP 503): lower case, each run of `-`, `_` and `.` as one `-`. */
export function normalName(name: string): string {
  return name.replaceAll(/[-_.]+/g, "-").toLowerCase();
}
