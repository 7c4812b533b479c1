import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";

/** An answer of the API server, word for word. */
export interface RawAnswer {
  readonly code: number;
  readonly body: object;
}

/**
 * Posts an object as an administrator.
 * @param state directory of the cluster
 * @param path of the API: `/api/v1/namespaces/team/pods`
 * @param user who it is posted as instead
 */
export async function postRaw(state: string, path: string, object: object, user?: string): Promise<RawAnswer> {
  const read = (name: string) => readFile(join(state, "pki", name));
  const [ca, cert, key] = await Promise.all(["ca.crt", "admin.crt", "admin.key"].map(read));
  const headers = { "content-type": "application/json", ...(user !== undefined && { "impersonate-user": user }) };
  return await new Promise((resolve, reject) => {
    const options = { method: "POST", headers, ca, cert, key, agent: false };
    const asking = request(`https://127.0.0.1:6443${path}`, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        resolve({ code: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) as object });
      });
    });
    asking.on("error", reject);
    asking.end(JSON.stringify(object));
  });
}
