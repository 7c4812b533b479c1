import { BlockList, isIP, isIPv6 } from "node:net";
import { UserError } from "../../api/user-error.js";

/**
 * The proxy on the way to a server, as kubectl finds it: the kubeconfig's `proxy-url`, else `HTTPS_PROXY` (for an http
 * server `HTTP_PROXY`) unless `NO_PROXY` or the loopback exempts the server; small letters count too.
 * @throws UserError when it is no proxy that can be used
 */
export function proxyFor(server: URL, configured: string | undefined, environment: NodeJS.ProcessEnv): URL | undefined {
  if (configured) return parseProxy(configured, "clusters[].cluster.proxy-url");
  const name = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = environment[name] || environment[name.toLowerCase()];
  if (!value || isExempt(server, environment["NO_PROXY"] || environment["no_proxy"] || "")) return undefined;
  return parseProxy(value, name);
}

const SCHEMES = ["http:", "https:", "socks5:", "socks5h:"];

function parseProxy(text: string, where: string): URL {
  // A proxy's URL may hold a password: it is never quoted.
  const withScheme = /^[a-z0-9]+:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url !== undefined && SCHEMES.includes(url.protocol) && url.hostname !== "") return url;
  throw new UserError({
    what: "the proxy for the API server has no usable URL",
    where: [where],
    fix: "write scheme://host:port with scheme http, https or socks5",
  });
}

/** The rules of Go's `golang.org/x/net/http/httpproxy`, which kubectl follows. */
function isExempt(server: URL, rules: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  if (host === "localhost" || isInside(host, "127.0.0.0/8") || isInside(host, "::1/128")) return true;
  return rules
    .toLowerCase()
    .split(",")
    .map((rule) => rule.trim())
    .some((rule) => {
      if (rule === "") return false;
      if (rule === "*") return true;
      if (rule.includes("/")) return isInside(host, rule);
      const [, name = "", onlyPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIPv6(rule) ? `[${rule}]` : rule) ?? [];
      if (onlyPort !== undefined && onlyPort !== port) return false;
      if (isIP(name) !== 0) return isInside(host, `${name}/${isIPv6(name) ? 128 : 32}`);
      const domain = name.replace(/^\*?\./, "");
      const isSub = host.endsWith(`.${domain}`);
      return name === domain ? host === domain || isSub : isSub;
    });
}

function isInside(host: string, network: string): boolean {
  const [address = "", bits = ""] = network.split("/");
  if (isIP(host) === 0 || isIP(address) === 0 || !/^\d{1,3}$/.test(bits)) return false;
  const block = new BlockList();
  try {
    block.addSubnet(address, Number(bits), isIPv6(address) ? "ipv6" : "ipv4");
    return block.check(host, isIPv6(host) ? "ipv6" : "ipv4");
  } catch {
    return false;
  }
}
