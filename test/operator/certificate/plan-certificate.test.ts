import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { StoredCertificates } from "../../../src/operator/certificate/certificate-secret.js";
import { planCertificate } from "../../../src/operator/certificate/plan-certificate.js";
import { DAY, HOUR, MINUTE } from "./a-certificate.js";

const aged = (age: number) => ({ cert: "c", key: "k", from: -age, until: 365 * DAY - age });

test("whatever the Secret holds and whenever replicas look, something valid is served, and nothing untrusted before its time", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ wait: fc.integer({ min: MINUTE, max: 20 * DAY }), trusted: fc.boolean() }), {
        maxLength: 300,
      }),
      (looks) => {
        let now = 0;
        let stored: StoredCertificates = { current: undefined, next: undefined, authorities: "" };
        let staged = 0;
        for (const { wait, trusted } of looks) {
          now += wait;
          const { current, next } = stored;
          const usable = { ...stored, current: current && current.until > now ? current : undefined };
          const plan = planCertificate(usable, now, trusted);
          const fresh = { cert: "c", key: "k", from: now - HOUR, until: now - HOUR + 365 * DAY };
          if (plan === "issue") stored = { ...usable, current: fresh };
          else if (plan === "stage") {
            stored = { ...usable, next: fresh };
            staged = now;
          } else if (plan === "promote") {
            // Either everybody has had an hour to learn of it, or there was nothing better left.
            const isLast = usable.current === undefined || usable.current.until - now < DAY;
            expect(isLast || (trusted && now - staged >= HOUR)).toBe(true);
            stored = { ...usable, current: next, next: undefined };
          } else expect(usable.current).toBeDefined();
          expect(stored.current?.until).toBeGreaterThan(now);
        }
      },
    ),
  );
});

test("a certificate is renewed after two thirds of its life, not before", () => {
  const plan = (age: number) => planCertificate({ current: aged(age), next: undefined, authorities: "" }, 0, true);
  expect(plan(0)).toBe("keep");
  expect(plan(243 * DAY)).toBe("keep");
  expect(plan(244 * DAY)).toBe("stage");
});
