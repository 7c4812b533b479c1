import { METRICS } from "./metrics.js";
import { PANELS, type Panel } from "./panels.js";

/** A dashboard in Grafana's model: the bare object, as its sidecar, its operator and its provisioning read it. */
export interface GrafanaDashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly [field: string]: unknown;
}

const width = 24;
const datasource = { type: "prometheus", uid: "${datasource}" };
const matchers = 'namespace=~"$namespace"';

/** The dashboard of the operator. Data source and namespaces are variables of it. */
export function grafanaDashboard(): GrafanaDashboard {
  return {
    uid: "notebook-validator",
    title: "Notebook validation",
    description: "How notebook validation jobs fare, and how the operator itself does.",
    tags: ["mlops", "jupyter", "notebook-validator-operator"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: "1m",
    time: { from: "now-24h", to: "now" },
    timepicker: {},
    timezone: "",
    annotations: { list: [] },
    links: [],
    templating: {
      list: [
        { name: "datasource", label: "Data source", type: "datasource", query: "prometheus", hide: 0, refresh: 1 },
        {
          name: "namespace",
          label: "Operator namespace",
          type: "query",
          datasource,
          query: { query: `label_values(${METRICS.leader.name}, namespace)`, refId: "namespace" },
          definition: `label_values(${METRICS.leader.name}, namespace)`,
          includeAll: true,
          allValue: ".*",
          multi: true,
          refresh: 2,
          sort: 1,
          hide: 0,
          current: { selected: true, text: ["All"], value: ["$__all"] },
        },
      ],
    },
    panels: layout(PANELS),
  };
}

/** Panels left to right, top to bottom; a row holds panels of one kind. */
function layout(panels: readonly Panel[]): object[] {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  return panels.map((panel, index) => {
    const size = panel.kind === "stat" ? { w: 6, h: 5 } : { w: 12, h: 8 };
    if (x + size.w > width || (x > 0 && rowHeight !== size.h)) {
      x = 0;
      y += rowHeight;
    }
    const gridPos = { ...size, x, y };
    x += size.w;
    rowHeight = size.h;
    return render(panel, index + 1, gridPos);
  });
}

function render(panel: Panel, id: number, gridPos: object): object {
  return {
    id,
    type: panel.kind,
    title: panel.title,
    description: panel.description,
    datasource,
    gridPos,
    fieldConfig: {
      defaults: { unit: panel.unit, min: 0, ...(panel.unit === "percentunit" ? { max: 1 } : {}) },
      overrides: [],
    },
    options:
      panel.kind === "stat"
        ? { reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false }, textMode: "auto", colorMode: "value" }
        : { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
    targets: panel.queries.map((query, index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource,
      expr: query.expr(matchers),
      legendFormat: query.legend,
      ...(panel.kind === "stat" ? { instant: true, range: false } : {}),
    })),
  };
}
