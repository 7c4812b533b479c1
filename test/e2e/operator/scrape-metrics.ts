import type { IncomingMessage } from "node:http";
import { get } from "node:https";

/**
 * Asks a replica for `/metrics`, as a bearer of this token. The certificate is for the Service's name; who serves it is not
 * the point here.
 */
export async function scrapeMetrics(
  at: { readonly host: string; readonly port: number },
  token: string | undefined,
): Promise<{ status: number; text: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const options = { ...at, path: "/metrics", headers, agent: false, rejectUnauthorized: false };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => get(options, resolve).once("error", reject));
  return { status: answer.statusCode ?? 0, text: Buffer.concat((await answer.toArray()) as Buffer[]).toString("utf8") };
}
