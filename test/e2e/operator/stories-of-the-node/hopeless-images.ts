import { describe, expect, test } from "@jest/globals";
import { aJob, Bench, cells } from "../bench.js";
import type { NodeWorld } from "../node-world.js";
import { VISIBLE_MS } from "../world.js";

/** Images that no patience brings. */
export function tellOfHopelessImages(world: () => NodeWorld): void {
  describe("an image whose name nobody can read", () => {
    test("ends its job at once, without waiting for better times and without a retry", async () => {
      const bench = await Bench.in(world(), "hopeless");
      const { urls } = await world().git.repository({ "nb.ipynb": cells("1 + 1") });
      await bench.apply(
        aJob("unreadable", {
          notebook: { git: { url: urls.http, ref: "main" }, path: "nb.ipynb" },
          podConfig: { containerImage: "Registry/UPPER:case" },
        }),
      );
      const { status } = await bench.until("unreadable", "its reason", ({ reason }) => reason === "InvalidImageName");
      expect(status).toMatchObject({ phase: "Failed", fault: "user", lastErrorType: "permanent", retryCount: 0 });
      expect(status?.message).toMatch(/Registry\/UPPER:case/);
      const { startTime = "", completionTime = "" } = status?.attempts?.[0] ?? {};
      expect(Date.parse(completionTime) - Date.parse(startTime)).toBeLessThan(VISIBLE_MS * 2);
    });
  });
}
