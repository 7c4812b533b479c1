/**
 * The import column of docs/architecture.md, as rules. Each room lists the rooms it may import besides itself;
 * a room that is not listed may import nothing of ours.
 */
const pure = ["build", "validation", "recovery", "models", "gitops", "observability"];
const mayImport = {
  api: [],
  build: ["api"],
  validation: ["api"],
  recovery: ["api", "validation"],
  models: ["api"],
  gitops: ["api"],
  observability: ["api"],
  kube: ["api"],
  operator: ["api", ...pure, "kube"],
  local: ["api", ...pure, "kube", "operator"],
  constructs: ["api", ...pure],
  packaging: ["api", "constructs"],
};
const pureRooms = ["api", ...pure, "constructs", "packaging"];

const roomRules = Object.entries(mayImport).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `src/${room} may import ${["its own files", ...allowed].join(", ")} and nothing else of ours.`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: {
    path: "^(src|charts|imports|test|bench)/",
    pathNot: [`^src/(${[room, ...allowed].join("|")})/`, ...(room === "constructs" ? ["^imports/"] : [])],
  },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: "pure-rooms-do-no-io",
      comment: "Pure rooms may hash (node:crypto), compare (node:util), and use nothing else of Node's own modules.",
      severity: "error",
      from: { path: `^src/(${pureRooms.join("|")})/` },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|util)$" },
    },
    {
      name: "constructs-never-load-the-client",
      comment: "Whoever composes our constructs neither installs nor loads a Kubernetes client.",
      severity: "error",
      from: { path: "^(src/index\\.ts|src/(api|constructs)/|charts/)" },
      to: { path: "(@kubernetes/client-node|/undici/|^src/(kube|operator|local)/)", reachable: true },
    },
    {
      name: "only-live-knows-the-client",
      comment: "client-node stays behind src/kube/live.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/kube/live/" },
      to: { path: "(@kubernetes/client-node|/undici/)" },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: { path: "^(src|charts)/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-test-code-in-the-product",
      severity: "error",
      from: { path: "^(src|charts)/" },
      to: { path: "^(test|bench)/" },
    },
    {
      name: "no-dev-dependencies-in-the-product",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/kube/live/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only", "npm-peer"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: "specify",
    enhancedResolveOptions: { extensions: [".ts", ".js", ".json"], exportsFields: ["exports"] },
  },
};
