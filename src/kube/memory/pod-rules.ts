import { cloneJson, equalJson, isJsonObject, type JsonObject, own } from "../json.js";
import type { StatusCause } from "../kube-error.js";
import type { StoredObject } from "./definition.js";

/** Seconds that a pod has to end when nobody says otherwise. */
const DEFAULT_GRACE = 30;

/** Defaults and initial status of a pod, as far as clients see them. */
export function preparePod(pod: JsonObject, old: StoredObject | undefined, nodeName: string | undefined): JsonObject {
  const spec = isJsonObject(pod["spec"]) ? pod["spec"] : {};
  pod["spec"] = spec;
  spec["restartPolicy"] ??= "Always";
  spec["dnsPolicy"] ??= "ClusterFirst";
  spec["schedulerName"] ??= "default-scheduler";
  spec["terminationGracePeriodSeconds"] ??= DEFAULT_GRACE;
  spec["enableServiceLinks"] ??= true;
  spec["securityContext"] ??= {};
  for (const container of containersOf(spec)) {
    container["terminationMessagePath"] ??= "/dev/termination-log";
    container["terminationMessagePolicy"] ??= "File";
    container["imagePullPolicy"] ??= pullPolicy(own(container, "image"));
    container["resources"] ??= {};
  }
  if (old === undefined) {
    if (nodeName !== undefined) spec["nodeName"] ??= nodeName;
    pod["status"] = { phase: "Pending" };
  }
  return pod;
}

function pullPolicy(image: unknown): string {
  if (typeof image !== "string") return "IfNotPresent";
  const name = image.split("@")[0] ?? "";
  const tag = /:([^/:]+)$/.exec(name)?.[1];
  return (tag === undefined && !image.includes("@")) || tag === "latest" ? "Always" : "IfNotPresent";
}

/** What the API server refuses in a pod, as far as this project's pods could get it wrong. */
export function podProblems(pod: JsonObject, old: StoredObject | undefined): StatusCause[] {
  const spec = pod["spec"] as JsonObject;
  if (old !== undefined) return immutableProblems(spec, old["spec"] as JsonObject);
  const causes: StatusCause[] = [];
  const required = (field: string): void => {
    causes.push({ field, message: "Required value", reason: "FieldValueRequired" });
  };
  if (!Array.isArray(spec["containers"]) || spec["containers"].length === 0) required("spec.containers");
  const names = new Set<unknown>();
  for (const list of ["containers", "initContainers"]) {
    (Array.isArray(spec[list]) ? (spec[list] as unknown[]) : []).filter(isJsonObject).forEach((container, index) => {
      const at = `spec.${list}[${index}]`;
      if (!own(container, "name")) required(`${at}.name`);
      if (!own(container, "image")) required(`${at}.image`);
      if (names.has(container["name"])) {
        causes.push({
          field: `${at}.name`,
          message: `Duplicate value: ${JSON.stringify(container["name"])}`,
          reason: "FieldValueDuplicate",
        });
      }
      names.add(container["name"]);
      causes.push(...mountProblems(container, spec, at));
    });
  }
  return causes;
}

function mountProblems(container: JsonObject, spec: JsonObject, at: string): StatusCause[] {
  const listOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
  const volumes = new Set(listOf(spec["volumes"]).map((volume) => volume["name"]));
  return listOf(container["volumeMounts"]).flatMap((mount, index) =>
    volumes.has(mount["name"])
      ? []
      : [
          {
            field: `${at}.volumeMounts[${index}].name`,
            message: `Not found: ${JSON.stringify(mount["name"])}`,
            reason: "FieldValueNotFound",
          },
        ],
  );
}

/** The spec of a pod is fixed but for images, deadline, added tolerations and a shorter grace. */
function immutableProblems(spec: JsonObject, old: JsonObject): StatusCause[] {
  const fixed = (from: JsonObject): JsonObject => {
    const copy = cloneJson(from);
    for (const field of ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"]) delete copy[field];
    for (const container of containersOf(copy)) {
      for (const field of ["image", "imagePullPolicy"]) delete container[field];
    }
    return copy;
  };
  if (equalJson(fixed(spec), fixed(old))) return [];
  return [
    {
      field: "spec",
      message:
        "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
      reason: "FieldValueForbidden",
    },
  ];
}

/** A pod on a node ends when its node says so; one that is nowhere, or has ended, is deleted at once. */
export function podGracePeriod(pod: StoredObject, asked: number | undefined): number {
  const spec = pod["spec"] as JsonObject;
  const phase = isJsonObject(pod["status"]) ? pod["status"]["phase"] : undefined;
  if (!spec["nodeName"] || phase === "Succeeded" || phase === "Failed") return 0;
  const seconds = asked ?? spec["terminationGracePeriodSeconds"];
  return typeof seconds === "number" ? (seconds < 0 ? 1 : seconds) : DEFAULT_GRACE;
}

function containersOf(spec: JsonObject): JsonObject[] {
  return ["containers", "initContainers"].flatMap((list) =>
    Array.isArray(spec[list]) ? (spec[list] as unknown[]).filter(isJsonObject) : [],
  );
}
