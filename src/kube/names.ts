/**
 * Kubernetes' rules for names, label keys and label values. Each function returns what is wrong, or `undefined`.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** RFC 1123 label, at most 63 characters: namespaces. */
export function labelNameProblem(name: string): string | undefined {
  if (name.length > 63) return "must be no more than 63 characters";
  return LABEL.test(name)
    ? undefined
    : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
}

/** RFC 1123 subdomain, at most 253 characters: most resources. */
export function subdomainProblem(name: string): string | undefined {
  if (name.length > 253) return "must be no more than 253 characters";
  return SUBDOMAIN.test(name)
    ? undefined
    : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
}

/** Key of a label or annotation: `[prefix/]name`. */
export function labelKeyProblem(key: string): string | undefined {
  const parts = key.split("/");
  const name = parts.at(-1) ?? "";
  if (parts.length > 2) return `${JSON.stringify(key)} is not a qualified name: more than one "/"`;
  if (parts.length === 2 && subdomainProblem(parts[0] ?? "") !== undefined) {
    return `${JSON.stringify(key)} is not a qualified name: its prefix is not a DNS subdomain`;
  }
  if (name === "" || name.length > 63) return `${JSON.stringify(key)} is not a qualified name: 1 to 63 characters`;
  return QUALIFIED.test(name)
    ? undefined
    : `${JSON.stringify(key)} is not a qualified name: alphanumeric characters, '-', '_' or '.', starting and ending alphanumeric`;
}

/** Value of a label. */
export function labelValueProblem(value: string): string | undefined {
  if (value.length > 63) return `label value ${JSON.stringify(value)} must be no more than 63 characters`;
  return value === "" || QUALIFIED.test(value)
    ? undefined
    : `label value ${JSON.stringify(value)} must be alphanumeric characters, '-', '_' or '.', starting and ending alphanumeric`;
}
