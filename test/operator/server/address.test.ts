import { describe, expect, test } from "@jest/globals";
import { addressText, isLoopback, parseAddress } from "../../../src/operator/server/address.js";

describe("an address to listen on", () => {
  test.each([
    [":8081", { port: 8081 }],
    ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
    ["localhost:9443", { host: "localhost", port: 9443 }],
    ["[::1]:8443", { host: "::1", port: 8443 }],
  ])("%s is read, and written the same", (text, address) => {
    expect(parseAddress("--health-address", text)).toEqual(address);
    expect(addressText(address)).toBe(text);
  });

  test("off is none", () => expect(parseAddress("--health-address", "off")).toBeUndefined());

  test.each(["", "8081", "::1:80", "[::1]", "host:", "host:65536", "host:-1", "a b:80", "http://x:80", "[1.2.3.4]:80"])(
    "%j is refused with what is allowed",
    (text) => {
      expect(() => parseAddress("--health-address", text)).toThrow(/--health-address .* is not an address[\s\S]*off/);
    },
  );

  test.each([
    ["127.0.0.1:1", true],
    ["127.3.2.1:1", true],
    ["[::1]:1", true],
    ["localhost:1", true],
    [":1", false],
    ["0.0.0.0:1", false],
    ["[::]:1", false],
    ["10.0.0.1:1", false],
    ["127.0.0.1.example.com:1", false],
  ])("%s can be reached from this computer alone: %s", (text, expected) => {
    expect(isLoopback(parseAddress("--metrics-address", text) ?? { port: 0 })).toBe(expected);
  });
});
