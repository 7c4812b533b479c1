import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Directory for what a real cluster says: `test/fixtures/failures/recorded` is made by a run with it. Absent = nothing is recorded. */
const RECORDS = process.env["NBV_RECORD_FAILURES"];

/** Long, and nothing about what went wrong. */
const UNRECORDED = new Set(["managedFields", "kubectl.kubernetes.io/last-applied-configuration", "provenance"]);

/** Keeps objects as a fixture for unit tests, as `kubectl get -o json` prints them; one that stands alone as it is. */
export async function record(name: string, objects: readonly object[] | object): Promise<void> {
  if (RECORDS === undefined) return;
  const said = Array.isArray(objects) ? { apiVersion: "v1", kind: "List", items: objects } : objects;
  const text = JSON.stringify(said, (key, value: unknown) => (UNRECORDED.has(key) ? undefined : value), 1);
  const file = join(RECORDS, `${name}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${text}\n`);
}
