import { expect, test } from "@jest/globals";
import { classifySource } from "../../src/recovery/index.js";

test.each([
  ["fatal: Authentication failed for 'https://git.example.com/a.git/'", "GitAuthFailed", "permanent"],
  [
    "fatal: could not read Username for 'https://git.example.com': terminal prompts disabled",
    "GitAuthFailed",
    "permanent",
  ],
  ["git@git.example.com: Permission denied (publickey).", "GitAuthFailed", "permanent"],
  [
    "fatal: unable to access 'https://git.example.com/a.git/': The requested URL returned error: 403",
    "GitAuthFailed",
    "permanent",
  ],
  ["fatal: Remote branch nope not found in upstream origin", "GitRefNotFound", "permanent"],
  ["fatal: couldn't find remote ref refs/heads/nope", "GitRefNotFound", "permanent"],
  ["error: Server does not allow request for unadvertised object c0ffee", "GitRefNotFound", "permanent"],
  [
    "remote: Repository not found.\nfatal: repository 'https://git.example.com/a.git/' not found",
    "GitNotFound",
    "permanent",
  ],
  ["fatal: unable to access: The requested URL returned error: 404", "GitNotFound", "permanent"],
  ["fatal: unable to access: Could not resolve host: git.example.com", "GitNetwork", "transient"],
  ["ssh: connect to host git.example.com port 22: Connection timed out", "GitNetwork", "transient"],
  ["error: RPC failed; curl 56 GnuTLS recv error\nfatal: early EOF", "GitNetwork", "transient"],
  ["fatal: unable to access: The requested URL returned error: 503", "GitNetwork", "transient"],
  ["Host key verification failed.\nfatal: Could not read from remote repository.", "GitUntrusted", "permanent"],
  ["server certificate verification failed. CAfile: none CRLfile: none", "GitUntrusted", "permanent"],
  ["write error: No space left on device", "Unknown", "transient"],
  ["something new", "Unknown", "unknown"],
])("Git's words %j", (message, reason, errorType) => {
  expect(classifySource({ message })).toMatchObject({ reason, errorType, stage: "source" });
});

test("a structured reason beats the words around it", () => {
  expect(classifySource({ reason: "GitRefNotFound", message: "connection reset while looking" })).toMatchObject({
    reason: "GitRefNotFound",
    errorType: "permanent",
  });
});

test("names of the prototype chain are no reasons", () => {
  expect(classifySource({ reason: "constructor", message: "" }).reason).toBe("Unknown");
});
