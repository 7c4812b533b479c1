import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a server that can fall silent: connections stay open, and nothing comes through any more. */
export interface SilentProxy {
  /** On the loopback interface. */
  readonly port: number;
  fallSilent(): void;
  close(): Promise<void>;
}

export async function startSilentProxy(to: { readonly host: string; readonly port: number }): Promise<SilentProxy> {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((inside) => {
    const outside = connect(to);
    for (const socket of [inside, outside]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
    const carry = (from: Socket, into: Socket): void => {
      from.on("data", (chunk) => {
        if (!isSilent) into.write(chunk);
      });
      from.on("end", () => {
        if (!isSilent) into.end();
      });
    };
    carry(inside, outside);
    carry(outside, inside);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    fallSilent: () => {
      isSilent = true;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
