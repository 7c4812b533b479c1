import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { SourceError } from "../source-resolver.js";

/** Why an address must not be contacted on behalf of a job. */
export type AddressKind = "loopback" | "link-local" | "metadata" | "unspecified" | "multicast" | "ordinary";

const V4 = { family: "ipv4" as const };
const V6 = { family: "ipv6" as const };

const ranges: readonly (readonly [Exclude<AddressKind, "ordinary">, string, number, "ipv4" | "ipv6"])[] = [
  // Metadata services outside the link-local range: AWS over IPv6, Alibaba Cloud, Oracle Cloud.
  ["metadata", "fd00:ec2::254", 128, V6.family],
  ["metadata", "fd20:ce::254", 128, V6.family],
  ["metadata", "100.100.100.200", 32, V4.family],
  ["metadata", "192.0.0.192", 32, V4.family],
  ["loopback", "127.0.0.0", 8, V4.family],
  ["loopback", "::1", 128, V6.family],
  ["link-local", "169.254.0.0", 16, V4.family],
  ["link-local", "fe80::", 10, V6.family],
  ["unspecified", "0.0.0.0", 8, V4.family],
  ["unspecified", "::", 128, V6.family],
  ["multicast", "224.0.0.0", 4, V4.family],
  ["multicast", "240.0.0.0", 4, V4.family],
  ["multicast", "ff00::", 8, V6.family],
];

const lists = ranges.map(([kind, network, prefix, family]) => {
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return { kind, list };
});

/** What an IP address literal is, looking through IPv4 embedded in IPv6 (mapped, NAT64, 6to4). */
export function classifyAddress(address: string): AddressKind {
  const plain = address.split("%")[0] ?? "";
  const family = isIP(plain);
  if (family === 0) return "unspecified";
  const embedded = family === 6 ? embeddedV4(plain) : undefined;
  if (embedded !== undefined) return classifyAddress(embedded);
  const name = family === 6 ? "ipv6" : "ipv4";
  return lists.find(({ list }) => list.check(plain, name))?.kind ?? "ordinary";
}

function embeddedV4(address: string): string | undefined {
  const groups = expandV6(address);
  const pair = (at: number) => {
    const high = groups[at] ?? 0;
    const low = groups[at + 1] ?? 0;
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  };
  const zeros = (count: number) => groups.slice(0, count).every((group) => group === 0);
  if (zeros(5) && groups[5] === 0xffff) return pair(6);
  if (groups[0] === 0x64 && groups[1] === 0xff9b) return pair(6);
  if (groups[0] === 0x2002) return pair(1);
  if (zeros(6) && ((groups[6] ?? 0) !== 0 || (groups[7] ?? 0) > 1)) return pair(6);
  return undefined;
}

function expandV6(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text =
    dotted === null
      ? address
      : `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`;
  const [head = "", tail] = text.split("::");
  const parse = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const front = parse(head);
  if (tail === undefined) return front;
  const back = parse(tail);
  return [...front, ...Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back];
}

/** Which of the refused kinds an operator's configuration admits. */
export interface AddressPolicy {
  /** @default false */
  readonly allowLoopback?: boolean;
  /** A proxy resolves names for us: a name that this host can't resolve goes through. @default false */
  readonly resolvedByProxy?: boolean;
}

/** Looks a host name up. */
export type HostLookup = (host: string) => Promise<readonly string[]>;

const systemLookup: HostLookup = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map((a) => a.address);

/**
 * The addresses of a host, all of them allowed. The caller pins its connection to them, so that a second look-up
 * can't answer differently (DNS rebinding). Empty when a proxy does the resolving.
 * @param server what it is, for people
 * @throws SourceError `GitRefused`, or `GitNetwork` when the name has no address
 */
export async function allowedAddresses(
  host: string,
  policy: AddressPolicy,
  resolve: HostLookup = systemLookup,
  server = "Git server",
): Promise<readonly string[]> {
  const addresses = isIP(host) !== 0 ? [host] : await resolved(host, policy, resolve, server);
  for (const address of addresses) {
    const kind = classifyAddress(address);
    if (kind === "ordinary" || (kind === "loopback" && policy.allowLoopback === true)) continue;
    throw new SourceError(
      "GitRefused",
      `The ${server} ${host} has the ${kind} address ${address}, which jobs may not reach`,
    );
  }
  return addresses;
}

async function resolved(
  host: string,
  policy: AddressPolicy,
  resolve: HostLookup,
  server: string,
): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch (error) {
    if (policy.resolvedByProxy === true) return [];
    const code = (error as NodeJS.ErrnoException).code;
    throw new SourceError("GitNetwork", `The ${server}'s name ${host} could not be resolved (${code ?? "unknown"})`);
  }
}
