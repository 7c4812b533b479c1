import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

// Reads plain requirements with pip's own parser; anything beyond them (URLs, options) counts as not satisfied.
const SCRIPT = `
import importlib.metadata as metadata, re, sys
from pip._vendor.packaging.requirements import Requirement
def held(requirement):
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    if requirement.url is not None:
        return False
    try:
        installed = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return False
    return requirement.specifier.contains(installed, prereleases=True)
def lines(text):
    for line in re.sub(r"\\\\\\r?\\n", " ", text).splitlines():
        line = re.sub(r"(^|\\s)#.*$", "", line).strip()
        line = re.sub(r"\\s--hash[= ]\\S+", "", line).strip()
        if line and not re.match(r"(-r|--requirement|-c|--constraint)\\b", line):
            yield line
try:
    ok = all(held(Requirement(line)) for line in lines(sys.stdin.read()))
except Exception:
    ok = False
print("yes" if ok else "no")
`;

/** Whether a Python has everything that these requirements ask for, and ipykernel. Never installs anything. */
export async function isSatisfied(python: string, requirements: readonly string[]): Promise<boolean> {
  const child = run(python, ["-I", "-c", SCRIPT], { timeout: 60_000 });
  child.child.stdin?.on("error", () => undefined);
  child.child.stdin?.end(`${requirements.join("\n")}\nipykernel\n`);
  try {
    return (await child).stdout.trim() === "yes";
  } catch {
    return false;
  }
}
