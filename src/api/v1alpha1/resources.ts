// Compute resources: core `ResourceRequirements`.
import type { z } from "zod";
import { mapOf, object, quantity } from "../schema/index.js";
import { judgeLabelKey } from "../schema/names.js";
import { parseQuantity } from "../schema/quantity.js";
import { rule } from "../schema/rule.js";

const Amounts = mapOf(quantity(), { max: 32, judgeKey: judgeLabelKey });

/** What a container asks for and what it may use at most. */
export const Resources = object({
  requests: Amounts.exactOptional().describe(
    "Reserved for the pod: cpu, memory, ephemeral-storage, extended resources.",
  ),
  limits: Amounts.exactOptional().describe(
    "At most: cpu, memory, ephemeral-storage, extended resources such as nvidia.com/gpu.",
  ),
}).with(
  rule({
    cel: [
      "!has(self.requests) || !has(self.limits) || !('memory' in self.requests) || !('memory' in self.limits)",
      "!isQuantity(string(self.requests['memory'])) || !isQuantity(string(self.limits['memory']))",
      "quantity(string(self.requests['memory'])).compareTo(quantity(string(self.limits['memory']))) <= 0",
    ].join(" || "),
    holds: ({ requests, limits }) => within(requests?.memory, limits?.memory),
    field: "requests",
    message: "must not ask for more memory than limits.memory",
  }),
  rule({
    cel: [
      "!has(self.requests) || !has(self.limits) || !('cpu' in self.requests) || !('cpu' in self.limits)",
      "!isQuantity(string(self.requests['cpu'])) || !isQuantity(string(self.limits['cpu']))",
      "quantity(string(self.requests['cpu'])).compareTo(quantity(string(self.limits['cpu']))) <= 0",
    ].join(" || "),
    holds: ({ requests, limits }) => within(requests?.cpu, limits?.cpu),
    field: "requests",
    message: "must not ask for more cpu than limits.cpu",
  }),
);
export type Resources = z.infer<typeof Resources>;

function within(request: number | string | undefined, limit: number | string | undefined): boolean {
  return request === undefined || limit === undefined || parseQuantity(request) <= parseQuantity(limit);
}
