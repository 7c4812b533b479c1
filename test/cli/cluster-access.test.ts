import { expect, test } from "@jest/globals";
import { KubeConfig } from "@kubernetes/client-node";
import { UserError } from "../../src/api/user-error.js";
import { explainCall } from "../../src/cli/cluster-access.js";
import { KubeError } from "../../src/kube/index.js";
import { apiServerAddress } from "../../src/kube/live/index.js";

const SERVER = "10.0.0.1:6443";

test("credentials that cannot be had are told by what failed; those that are refused, by what to do", () => {
  const cause = new UserError({ what: "the kubeconfig's credential plugin login failed: it ended with exit code 3" });
  const reason = "Unauthorized";
  expect(explainCall(new KubeError({ reason, code: 0, message: cause.what, cause }), SERVER)).toBe(cause);
  const refused = explainCall(new KubeError({ reason, message: "Unauthorized" }), SERVER);
  expect(refused).toBeInstanceOf(UserError);
  expect(refused).toMatchObject({ what: "the API server does not know who you are", fix: "log in again" });
});

test("a server that is not reached is named, with what to check", () => {
  const error = new KubeError({ reason: "ConnectionFailed", message: "no usable answer: ECONNREFUSED" });
  const told = explainCall(error, SERVER);
  expect(told).toMatchObject({ what: "the API server 10.0.0.1:6443 can't be reached: no usable answer: ECONNREFUSED" });
  expect((told as UserError).fix).toContain(SERVER);
});

test.each([
  ["https://me:secret@api.example.com/k8s/clusters/a?token=b", "api.example.com:443"],
  ["https://[fd00::1]:6443", "[fd00::1]:6443"],
  ["http://127.0.0.1", "127.0.0.1:80"],
])("of the address %s only host and port are told", (server, expected) => {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "c", server, skipTLSVerify: false }, { name: "u" });
  expect(apiServerAddress(config)).toBe(expected);
});
