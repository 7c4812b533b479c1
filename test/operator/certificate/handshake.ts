import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect, type SecureContextOptions } from "node:tls";

/** A TLS server of its own, which changes its certificate as the operator's servers do. */
export class Greeter {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(tls: SecureContextOptions | undefined): Promise<Greeter> {
    const server = createServer({}, (_request, response) => response.end("hello"));
    server.on("tlsClientError", () => undefined);
    if (tls !== undefined) server.setSecureContext(tls);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Greeter(server);
  }

  use(tls: SecureContextOptions): void {
    this.#server.setSecureContext(tls);
  }

  greet(authorities: string, servername: string): Promise<string> {
    return handshake((this.#server.address() as AddressInfo).port, authorities, servername);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** What comes of a TLS handshake with a client that trusts `authorities` alone: `authorized`, or the error's code. */
export function handshake(port: number, authorities: string, servername: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", ca: authorities, servername }, () => {
      socket.end();
      resolve(socket.authorized ? "authorized" : String(socket.authorizationError));
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
