import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";

const ADVERTISEMENT = "application/x-git-upload-pack-advertisement";

/** Answers the first question of protocol 0 or 1 with refs, for as long as somebody reads. */
export function endlessAdvertisement(_request: IncomingMessage, response: ServerResponse): boolean {
  response.writeHead(200, { "content-type": ADVERTISEMENT });
  send(`${packet("# service=git-upload-pack\n")}0000${ref(0, "\0side-band-64k")}`, response);
  return true;
}

/** Speaks protocol 2, and answers `ls-refs` with refs for as long as somebody reads. */
export function endlessRefs(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method === "GET") {
    const capabilities = ["version 2\n", "agent=git/2\n", "ls-refs\n", "fetch=shallow\n", "object-format=sha1\n"];
    const list = capabilities.map(packet).join("");
    response.writeHead(200, { "content-type": ADVERTISEMENT });
    response.end(`${packet("# service=git-upload-pack\n")}0000${list}0000`);
    return true;
  }
  request.resume();
  response.writeHead(200, { "content-type": "application/x-git-upload-pack-result" });
  send("", response);
  return true;
}

function send(head: string, response: ServerResponse): void {
  Readable.from(refs(head)).pipe(response);
}

async function* refs(head: string): AsyncGenerator<Buffer> {
  yield Buffer.from(head);
  for (let from = 1; ; from += 1000) {
    // Others of this process get their turn.
    await setImmediate();
    yield Buffer.from(Array.from({ length: 1000 }, (_, index) => ref(from + index)).join(""));
  }
}

function ref(number: number, capabilities = ""): string {
  return packet(`${(number + 1).toString(16).padStart(40, "0")} refs/heads/b${number}${capabilities}\n`);
}

function packet(text: string): string {
  return `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
}
