import { z } from "zod";
import { declare } from "./node.js";

/** An object whose unknown fields are mistakes: everything that users write. */
export function object<S extends z.core.$ZodShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  return declare(z.strictObject(shape), { structural: { type: "object" }, words: "object" });
}

/** An object whose unknown fields are dropped: what operators of any version wrote into `status`. */
export function openObject<S extends z.core.$ZodShape>(shape: S): z.ZodObject<S, z.core.$strip> {
  return declare(z.object(shape), { structural: { type: "object" }, words: "object" });
}
