// Loaded into the operator's process (`node --import`) to see, from outside its code, when it is told something and when it
// acts on it: the HTTP client publishes both on diagnostics channels. Writes its measurements to NBV_PROBE_FILE at the end.
//
// Own time is counted between what came in and the request that it causes, where nothing else is waited for in between:
//   log         a pod that ended came by watch                  → its log is asked for, unless it is followed already
//   verdict     the last of "pod ended" (watch) and the log's end → the verdict is written
//   pod         the status that counts the attempt was written    → the pod is created
//   event       the verdict was written                           → its event is created
import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

const own = { log: [], verdict: [], pod: [], event: [] };
const came = { over: new Map(), ended: new Map(), counted: new Map(), judged: new Map() };
const lines = new WeakMap();

const jobOf = (pod) => pod.metadata?.ownerReferences?.[0]?.name ?? "";
const measure = (kind, told, job) => {
  const at = told.get(job);
  if (at === undefined) return;
  told.delete(job);
  own[kind].push(performance.now() - at);
};
const body = ({ body: sent }) => {
  try {
    return JSON.parse(typeof sent === "string" ? sent : Buffer.from(sent).toString());
  } catch {
    return undefined;
  }
};
const pathOf = ({ path }) => path.split("?")[0].split("/").slice(1);
const podJob = (name) => name.replace(/-val-[a-z0-9]{8}-[0-9]+$/, "");

subscribe("undici:request:create", ({ request }) => {
  const path = pathOf(request);
  const [resource, name, subresource] = path.slice(path.indexOf("namespaces") + 2);
  if (request.method === "GET" && subresource === "log") measure("log", came.over, podJob(name));
  if (request.method === "POST" && resource === "pods") measure("pod", came.counted, jobOf(body(request) ?? {}));
  if (request.method === "POST" && resource === "events")
    measure("event", came.judged, body(request)?.involvedObject?.name);
  if (request.method === "PATCH" && subresource === "status") {
    const { status } = body(request) ?? {};
    request.nbvPhase = status?.phase;
    if (status?.phase === "Succeeded" || status?.phase === "Failed") measure("verdict", came.ended, name);
  }
});
subscribe("undici:request:trailers", ({ request }) => {
  const path = pathOf(request);
  const [, name, subresource] = path.slice(path.indexOf("namespaces") + 2);
  const now = performance.now();
  if (request.nbvPhase === "ValidationRunning") came.counted.set(name, now);
  if (request.nbvPhase === "Succeeded" || request.nbvPhase === "Failed") came.judged.set(name, now);
  if (request.method === "GET" && subresource === "log") came.ended.set(podJob(name), now);
});
subscribe("undici:request:bodyChunkReceived", ({ request, chunk }) => {
  if (!request.path.includes("watch=true") || !request.path.includes("/pods")) return;
  const now = performance.now();
  const parts = ((lines.get(request) ?? "") + chunk.toString("latin1")).split("\n");
  lines.set(request, parts.pop());
  for (const part of parts) {
    const { object: pod } = JSON.parse(part);
    const { phase } = pod.status ?? {};
    if (phase !== "Succeeded" && phase !== "Failed") continue;
    came.over.set(jobOf(pod), now);
    came.ended.set(jobOf(pod), now);
  }
});
process.on("exit", () => writeFileSync(process.env.NBV_PROBE_FILE, JSON.stringify(own)));
