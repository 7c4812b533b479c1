import type { WaitingFor } from "../api/index.js";
import { thingWords } from "../operator/decide/waiting/wait-words.js";
import { age, timeLeft } from "./age.js";

/** What is known of a job that waits, or did. */
export interface Waiting {
  /** Name of its pod. */
  readonly pod: string | undefined;
  /** The image that its spec names. */
  readonly ownImage: string | undefined;
}

/**
 * What a job waits for, since when, until when, and how often it was tried anew: one line without a final full stop.
 * @param nextTry when it is tried anew
 */
export function waitText(waitingFor: WaitingFor, nextTry: string | undefined, now: number): string {
  const { since, until, tries = 0, reason } = waitingFor;
  const [next, left] = [timeLeft(nextTry, now), timeLeft(until, now)];
  const tried = tries === 0 ? [] : [tries === 1 ? "once" : `${tries} times`];
  const anew = [...tried, ...(next === "" ? [] : [`in ${next}`])].join(", again ");
  return [
    `for ${thingWords(waitingFor)} (${reason})`,
    `since ${age(since, now) || "?"}`,
    ...(anew === "" ? [] : [`tried anew ${anew}`]),
    ...(left === "" ? [] : [`given up in ${left}`]),
  ].join(", ");
}

/**
 * What somebody can do so that the wait ends, with a command that shows more.
 * @param at `-n NAMESPACE`
 */
export function endOfWaitText({ kind, name = "", key }: WaitingFor, at: string, { pod, ownImage }: Waiting): string {
  switch (kind) {
    case "Secret":
    case "ConfigMap":
    case "PersistentVolumeClaim":
      return key === undefined
        ? `create it (kubectl get ${kind.toLowerCase()} ${name} ${at} shows whether it is there)`
        : `add the key ${key} (kubectl describe ${kind.toLowerCase()} ${name} ${at})`;
    case "Node":
    case "Volume":
      return `see what is missing: kubectl describe pod ${at}${pod === undefined ? "" : ` ${pod}`}`;
    case "Quota":
      return `free some of it, or ask for more: kubectl describe quota ${at}`;
    case "Image":
      // One that was built, or that the operator chose, can't be misspelt in the spec.
      return `push the image${name === "" ? "" : ` ${name}`}, or give the job's pull Secret access to it${
        name !== "" && name === ownImage ? ", or correct spec.podConfig.containerImage" : ""
      }`;
    case "Registry":
      return "see whether the registry answers, and from the cluster's nodes";
    case "Git":
      return `see whether ${name === "" ? "the Git server" : name} answers, and from inside of the cluster`;
    case "Models":
      return `see how the models are doing: kubectl get inferenceservices ${at}`;
    default:
      return kind satisfies never;
  }
}
