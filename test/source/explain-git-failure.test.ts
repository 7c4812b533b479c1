import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { explainGitFailure, redactGit } from "../../src/operator/source/explain-git-failure.js";
import { parseGitUrl } from "../../src/operator/source/git-url.js";

const remote = parseGitUrl("https://git.example.com/team/repo.git");

test.each([
  ["fatal: Authentication failed for 'https://git.example.com/team/repo.git/'", "GitAuthFailed"],
  ["fatal: could not read Username for 'https://git.example.com': terminal prompts disabled", "GitAuthFailed"],
  [
    "git@git.example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.",
    "GitAuthFailed",
  ],
  ["fatal: unable to access 'https://x/': The requested URL returned error: 403", "GitAuthFailed"],
  ["remote: Repository not found.\nfatal: repository 'https://x/' not found", "GitNotFound"],
  ["ERROR: Repository not found.\nfatal: Could not read from remote repository.", "GitNotFound"],
  ["fatal: '/srv/x' does not appear to be a git repository", "GitNotFound"],
  ["fatal: couldn't find remote ref refs/heads/x", "GitRefNotFound"],
  ["fatal: remote error: upload-pack: not our ref 0123", "GitRefNotFound"],
  ["error: Server does not allow request for unadvertised object 0123", "GitRefNotFound"],
  [
    "No ED25519 host key is known for x and you have requested strict checking.\nHost key verification failed.",
    "GitUntrusted",
  ],
  ["@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@\nHost key verification failed.", "GitUntrusted"],
  [
    "fatal: unable to access 'https://x/': SSL certificate problem: unable to get local issuer certificate",
    "GitUntrusted",
  ],
  ["fatal: unable to access 'https://x/': server certificate verification failed. CAfile: none", "GitUntrusted"],
  ["fatal: unable to access 'https://x/': Could not resolve host: x", "GitNetwork"],
  ["ssh: connect to host x port 22: Connection timed out", "GitNetwork"],
  ["fatal: unable to access 'https://x/': The requested URL returned error: 503", "GitNetwork"],
  ["error: RPC failed; curl 92 HTTP/2 stream 0\nfatal: early EOF", "GitNetwork"],
  ["fatal: write error: No space left on device", "SourceTooLarge"],
  ["fatal: something new", "Unknown"],
])("%j is %s", (stderr, reason) => {
  expect(explainGitFailure({ code: 128, stdout: "", stderr }, remote).reason).toBe(reason);
});

test("a git that somebody ended is not blamed on the repository", () => {
  const { reason, message } = explainGitFailure({ killedBy: "SIGKILL", stdout: "", stderr: "" }, remote);
  expect(`${reason}: ${message}`).toBe("Unknown: git was ended by SIGKILL: no message");
});

test("no secret survives, wherever it stands", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 4 }).filter((text) => !"***".includes(text)),
      fc.string(),
      fc.string(),
      (secret, before, after) => {
        const error = explainGitFailure({ code: 1, stdout: "", stderr: `${before}${secret}${after}` }, remote, [
          secret,
        ]);
        if (remote.url.includes(secret) || "git failed with exit code 1: no message".includes(secret)) return;
        expect(redactGit(`${before}${secret}${after}`, [secret]).includes(secret)).toBe(
          redactGit(`${before}***${after}`, [secret]).includes(secret),
        );
        expect(String((error.cause as Error).message)).not.toContain(`${secret}${secret}`);
      },
    ),
  );
  expect(redactGit("fatal: https://ada:pass@host/x failed", [])).toBe("fatal: https://***@host/x failed");
});
