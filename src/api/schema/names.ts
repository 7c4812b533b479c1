import { RE2JS } from "re2js";
import type { z } from "zod";
import { text } from "./text.js";

/** A DNS label (RFC 1123): names of volumes, containers and namespaces. */
export function dnsLabel(): z.ZodString {
  return text({
    max: 63,
    min: 1,
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    type: "DNS label",
    words: "a DNS label: lower-case letters, digits and hyphens",
  });
}

/** A DNS subdomain (RFC 1123): names of Secrets, claims, service accounts and most other objects. */
export function objectName(): z.ZodString {
  return text({
    max: 253,
    min: 1,
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    type: "object name",
    words: "an object name: lower-case letters, digits, hyphens and dots",
  });
}

/** `model` or `namespace/model`. */
export function objectReference(): z.ZodString {
  return text({
    max: 317,
    min: 1,
    pattern: /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
    type: "name or namespace/name",
    words: '"name" or "namespace/name"',
    example: "models/fraud-detector",
  });
}

/** A reference to a container image. */
export function imageReference(): z.ZodString {
  return text({
    max: 1024,
    min: 1,
    pattern: /^[^\x00-\x20\x7f]+$/,
    type: "image reference",
    words: "an image reference such as quay.io/jupyter/minimal-notebook:2025-03-14, without spaces",
  });
}

/** A qualified name of a label or annotation: `name` or `prefix/name`. */
export function qualifiedName(): z.ZodString {
  return text({ max: 317, min: 1, pattern: QUALIFIED_NAME, type: "label key", words: "a label key" });
}

const QUALIFIED_NAME = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** A judgement of label and annotation keys for `mapOf`. */
export function judgeLabelKey(key: string): string | undefined {
  return QUALIFIED_NAME.test(key) ? undefined : "is not a label key: write name or prefix/name";
}

/** The value of a label. */
export function labelValue(): z.ZodString {
  return text({
    max: 63,
    pattern: /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
    type: "label value",
    words: "a label value: at most 63 letters, digits, hyphens, underscores and dots",
  });
}

/** An RE2 regular expression: the same language at admission and in the runner, and none that can hang. */
export function regex(): z.ZodString {
  return text({
    max: 512,
    min: 1,
    type: "RE2 regular expression",
    words: "an RE2 regular expression",
    judge: regexProblem,
  });
}

/** Instructions of a compiled expression: linear time is still pattern times text. The runner's own limit is above it. */
const MAX_REGEX_PROGRAM = 2000;

function regexProblem(pattern: string): string | undefined {
  try {
    const size = RE2JS.compile(pattern).programSize();
    return size <= MAX_REGEX_PROGRAM ? undefined : "must be a smaller regular expression: it repeats too much";
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : String(error);
    return `must be an RE2 regular expression (no lookaround, no backreferences): ${why}`;
  }
}

/** A moment in RFC 3339, as `metav1.Time`. */
export function time(): z.ZodString {
  return text({
    max: 64,
    format: "date-time",
    type: "time",
    words: "an RFC 3339 time",
    judge: (value) => (Number.isNaN(Date.parse(value)) ? "must be an RFC 3339 time" : undefined),
  });
}
