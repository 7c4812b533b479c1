import { Chart, Testing } from "cdk8s";
import type { PolicyObject } from "../../src/constructs/index.js";

/** A chart on an app of its own. */
export function aChart(id = "test"): Chart {
  return new Chart(Testing.app(), id);
}

/** The objects of a chart as they would be written. */
export function objectsOf(chart: Chart): PolicyObject[] {
  return Testing.synth(chart) as PolicyObject[];
}

/** The one object of a kind and, where several exist, of a name. */
export function only(objects: readonly PolicyObject[], kind: string, name?: string): PolicyObject {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata?.name === name),
  );
  const [object] = found;
  if (object === undefined || found.length > 1)
    throw new Error(`${found.length} objects of kind ${kind} ${name ?? ""}`);
  return object;
}
