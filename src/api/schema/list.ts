import { z } from "zod";
import { declare, type StructuralSchema } from "./node.js";

/** How a list may look and how server-side apply merges it. */
export interface ListForm {
  readonly max: number;
  readonly min?: number;
  /** Field that identifies an item: no two items share it, and each item may have an owner of its own. */
  readonly key?: string;
  /** No two items are equal (for scalars). */
  readonly unique?: boolean;
}

/** A bounded list. Without `key` or `unique` it is atomic: replaced as a whole. */
export function listOf<T extends z.ZodType>(item: T, form: ListForm): z.ZodArray<T> {
  const structural: StructuralSchema = {
    type: "array",
    maxItems: form.max,
    "x-kubernetes-list-type": form.key !== undefined ? "map" : form.unique === true ? "set" : "atomic",
  };
  if (form.min !== undefined) structural.minItems = form.min;
  if (form.key !== undefined) structural["x-kubernetes-list-map-keys"] = [form.key];
  const schema = z.array(item).check((payload) => {
    const { value } = payload;
    const say = (message: string, path: (string | number)[] = []) =>
      payload.issues.push({ code: "custom", message, path, input: value, continue: true });
    if (value.length < (form.min ?? 0)) say(`must have at least ${form.min} items`);
    if (value.length > form.max) say(`must have at most ${form.max} items, has ${value.length}`);
    if (form.key === undefined && form.unique !== true) return;
    const seen = new Set<string>();
    value.forEach((entry: unknown, index) => {
      const identity = form.key === undefined ? entry : (entry as Record<string, unknown>)[form.key];
      const name = JSON.stringify(identity);
      if (seen.has(name)) say(`${name} appears twice`, form.key === undefined ? [index] : [index, form.key]);
      seen.add(name);
    });
  });
  return declare(schema, { structural, words: "list", items: item });
}
