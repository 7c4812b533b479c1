// docs/rbac.md, from the declared permissions.
import { OPERATOR_NAME, OPERATOR_NAMESPACE } from "./labels.js";
import { PERMISSIONS, type Permission } from "./permissions.js";

const PLACES: Readonly<Record<Permission["where"], { readonly title: string; readonly text: string }>> = {
  jobs: {
    title: "Wherever jobs are served",
    text: `ClusterRole \`${OPERATOR_NAME}\`; with \`jobNamespaces\` a Role \`${OPERATOR_NAME}-jobs\` in each of these namespaces instead.`,
  },
  own: {
    title: "In the operator's own namespace",
    text: `Role \`${OPERATOR_NAME}\` in \`${OPERATOR_NAMESPACE}\`.`,
  },
  cluster: {
    title: "For the cluster as a whole",
    text: `ClusterRole \`${OPERATOR_NAME}\`, in every case.`,
  },
};

/** The page that explains the operator's permissions, rule by rule, as Markdown. */
export function renderRbacDocs(): string {
  return `${[
    "# What the operator may do, rule by rule",
    "",
    "<!-- Generated from src/api/permissions.ts by `npm run docs`: change the table there, and the roles change with this page. -->",
    "",
    `The roles of ServiceAccount \`${OPERATOR_NAME}\` are made from the same table as this page. No rule has a wildcard. The operator can`,
    "neither list nor watch Secrets, write none outside its own namespace, run no commands in pods, and change no roles and no",
    "definitions. Of a job it writes the status and one label; a role can't tell labels from the spec, so that rule allows more than",
    "the operator does. Two things that need more are asked for namespace by namespace in the operator's configuration",
    "([how and why](shared-image-workflow.md#git-credentials-for-pipelines-of-your-own)), and give it a Role there: `access.secretWatchNamespaces`",
    "(`list` and `watch` of Secrets) and `access.derivedSecretNamespaces` (`create`, `patch` and `delete` of Secrets). The end-to-end suite reads the API server's audit log: nothing that the operator asks for is",
    "forbidden, and nothing that it may do is left unused.",
    "",
    ...(["jobs", "own", "cluster"] as const).flatMap((where) => [
      `## ${PLACES[where].title}`,
      "",
      PLACES[where].text,
      "",
      "| resource | verbs | only | why |",
      "|---|---|---|---|",
      ...PERMISSIONS.filter((row) => row.where === where).map(row),
      "",
    ]),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

function row({ group, resources, verbs, names = [], reason, feature }: Permission): string {
  const what = resources.map((resource) => `\`${resource}\``).join(", ");
  const only = names.map((name) => `\`${name}\``).join(", ");
  const when = feature === undefined ? "" : ` ${FEATURES[feature]}`;
  return `| ${what}${group === "" ? "" : ` (${group})`} | ${verbs.join(", ")} | ${only} | ${reason}${when} |`;
}

const FEATURES: Readonly<Record<NonNullable<Permission["feature"]>, string>> = {
  webhook: "Not granted without the webhook, or where somebody else issues its certificate.",
  certificate: "Not granted where somebody else issues the certificate.",
  "metrics-authentication": "",
  "tekton-builds": "Not granted where `builders` leaves out `tekton`.",
  "openshift-builds": "Not granted where `builders` leaves out `openshift`.",
  "shipwright-builds": "Not granted where `builders` leaves out `shipwright`.",
};
