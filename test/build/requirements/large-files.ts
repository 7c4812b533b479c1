/** A lock file as pip-compile writes it: 4 lines for each package. */
export function lockFile(packages: number): string {
  const lines: string[] = [];
  for (let index = 0; index < packages; index += 1) {
    const digest = index.toString(16).padStart(64, "0");
    lines.push(
      `package-${index}[extra]==1.${index} ; python_version >= "3.9" and sys_platform == "linux" \\`,
      `    --hash=sha256:${digest} \\`,
      `    --hash=sha256:${digest.replace("0", "f")}`,
      `    # via package-${Math.floor(index / 2)}`,
    );
  }
  return lines.join("\n");
}

const times = (size: number, line: (index: number) => string): string =>
  Array.from({ length: size }, (_, index) => line(index)).join("\n");

/** Files that would tell of work that grows faster than their size, by what they hold. */
export const LARGE_FILES: Readonly<Record<string, (size: number) => string>> = {
  "a lock file": (size) => lockFile(size / 4),
  "one name again and again": (size) => times(size, (index) => `foo>=${index}`),
  "one name with other markers": (size) => times(size, (index) => `foo==1.${index} ; os_name == "${index}"`),
  "constraints on one name": (size) => times(size, (index) => `foo ; python_version > "${index}"`),
  "one line that goes on": (size) => "foo \\\n".repeat(size),
  "one line of spaces": (size) => `foo${" ".repeat(size * 20)}x`,
  "one line of clauses": (size) => `foo${">=1,".repeat(size)}`,
  "one line of brackets": (size) => `foo; ${"(".repeat(size * 5)}`,
  "one line of dashes": (size) => `foo ${"- ".repeat(size * 5)}`,
  "one line of hashes": (size) => `foo==1 ${`--hash=sha256:${"a".repeat(64)} `.repeat(size)}`,
  "one line of quotes": (size) => `-i ${'"a" '.repeat(size * 5)}`,
  credentials: (size) => `foo @ https://${"a:b@".repeat(size * 5)}`,
};
