import { describe, expect, test } from "@jest/globals";
import {
  type Cluster,
  objectOf,
  type Resource,
  SUBJECT_ACCESS_REVIEWS,
  type SubjectAccessReview,
  TOKEN_REVIEWS,
} from "../../src/kube/index.js";
import { type ClusterUnderTest, failure } from "./cluster-under-test.js";

/** Questions that the API server answers and does not store. */
export function reviewsContract(given: () => ClusterUnderTest): void {
  const cluster = (): Cluster => given().cluster;
  const ask = (spec: Partial<SubjectAccessReview["spec"]>): Promise<SubjectAccessReview> =>
    cluster().create(SUBJECT_ACCESS_REVIEWS, objectOf(SUBJECT_ACCESS_REVIEWS, { spec } as object));

  describe("reviews", () => {
    test("a token that nobody gave out authenticates nobody", async () => {
      const review = await cluster().create(TOKEN_REVIEWS, objectOf(TOKEN_REVIEWS, { spec: { token: "x" } } as object));
      expect(review).toMatchObject({ apiVersion: "authentication.k8s.io/v1", kind: "TokenReview" });
      expect(review.status?.authenticated ?? false).toBe(false);
      expect(review.status?.error).toContain("invalid bearer token");
    });

    test("a question without a token is refused", async () => {
      const review = cluster().create(TOKEN_REVIEWS, objectOf(TOKEN_REVIEWS, { spec: { token: "" } } as object));
      expect(await failure(review)).toMatchObject({ reason: "BadRequest", code: 400 });
    });

    test("somebody without any role may do nothing", async () => {
      const nonResourceAttributes = { path: "/metrics", verb: "get" };
      expect((await ask({ user: "nobody", nonResourceAttributes })).status?.allowed).toBe(false);
      const resourceAttributes = { namespace: "default", verb: "list", resource: "pods" };
      expect((await ask({ user: "nobody", resourceAttributes })).status?.allowed).toBe(false);
    });

    test.each<[string, Partial<SubjectAccessReview["spec"]>]>([
      ["nobody", { nonResourceAttributes: { path: "/", verb: "get" } }],
      ["nothing", { user: "u" }],
      ["two things", { user: "u", nonResourceAttributes: { path: "/" }, resourceAttributes: { verb: "get" } }],
    ])("a question about %s is refused", async (_what, spec) => {
      expect(await failure(ask(spec))).toMatchObject({ reason: "Invalid", code: 422 });
    });

    test("they are never stored", async () => {
      for (const resource of [TOKEN_REVIEWS, SUBJECT_ACCESS_REVIEWS] as readonly Resource[]) {
        expect(await failure(cluster().list(resource))).toMatchObject({ reason: "MethodNotAllowed", code: 405 });
      }
    });
  });
}
