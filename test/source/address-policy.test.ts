import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { allowedAddresses, classifyAddress } from "../../src/operator/source/address-policy.js";

test.each([
  ["127.0.0.1", "loopback"],
  ["127.9.9.9", "loopback"],
  ["::1", "loopback"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:7f00:1", "loopback"],
  ["64:ff9b::7f00:1", "loopback"],
  ["2002:7f00:1::", "loopback"],
  ["169.254.169.254", "link-local"],
  ["::ffff:169.254.169.254", "link-local"],
  ["64:ff9b::a9fe:a9fe", "link-local"],
  ["fe80::1%eth0", "link-local"],
  ["fd00:ec2::254", "metadata"],
  ["100.100.100.200", "metadata"],
  ["192.0.0.192", "metadata"],
  ["0.0.0.0", "unspecified"],
  ["::", "unspecified"],
  ["255.255.255.255", "multicast"],
  ["ff02::1", "multicast"],
  ["10.0.0.1", "ordinary"],
  ["192.168.1.1", "ordinary"],
  ["140.82.121.4", "ordinary"],
  ["2606:50c0:8000::153", "ordinary"],
])("%s is %s", (address, kind) => expect(classifyAddress(address)).toBe(kind));

test("an IPv4 address is the same in every IPv6 disguise", () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
      const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
      for (const disguise of [`::ffff:${address}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::`]) {
        expect(classifyAddress(disguise)).toBe(classifyAddress(address));
      }
    }),
  );
});

test("one forbidden address among several is enough", async () => {
  const lookup = async () => ["140.82.121.4", "127.0.0.1"];
  await expect(allowedAddresses("git.example.com", {}, lookup)).rejects.toMatchObject({ reason: "GitRefused" });
  await expect(allowedAddresses("git.example.com", { allowLoopback: true }, lookup)).resolves.toHaveLength(2);
});

test("the metadata service stays out of reach, whatever is allowed", async () => {
  const lookup = async () => ["169.254.169.254"];
  await expect(allowedAddresses("metadata", { allowLoopback: true }, lookup)).rejects.toMatchObject({
    reason: "GitRefused",
  });
});

test("a name without address is a network failure, unless a proxy resolves it", async () => {
  const lookup = async () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
  await expect(allowedAddresses("nowhere.example.com", {}, lookup)).rejects.toMatchObject({ reason: "GitNetwork" });
  await expect(allowedAddresses("nowhere.example.com", { resolvedByProxy: true }, lookup)).resolves.toEqual([]);
});
