import { isIP } from "node:net";
import { UserError } from "../../api/user-error.js";

/** Where a server listens. */
export interface Address {
  /** IP address or name; absent = every interface. */
  readonly host?: string;
  /** 0 = one that is free. */
  readonly port: number;
}

/**
 * Reads `HOST:PORT`, `[IPV6]:PORT` or `:PORT`; `undefined` for `off`.
 * @param option name of the option, for the error
 * @throws UserError
 */
export function parseAddress(option: string, text: string): Address | undefined {
  if (text === "off") return undefined;
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const [host, isV6] = match?.[1] === undefined ? [match?.[2] ?? "", false] : [match[1], true];
  if (match === null || port > 65_535 || (isV6 && isIP(host) !== 6)) {
    throw new UserError({
      what: `${option} ${JSON.stringify(text)} is not an address`,
      fix: "give HOST:PORT, :PORT for every interface, or off",
    });
  }
  return host === "" ? { port } : { host, port };
}

/** `HOST:PORT`, as it was given. */
export function addressText({ host = "", port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Whether only this computer can reach it. Names are not looked up, but for `localhost`. */
export function isLoopback({ host }: Address): boolean {
  if (host === undefined) return false;
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
