import { LABEL_ENVIRONMENT_DIGEST } from "../api/index.js";
import { type ImageReference, parseImageReference } from "../build/index.js";
import type { Clock } from "../kube/clock.js";
import type { ImageSeen, PublicationSeen } from "./decide/build-observation.js";
import { Flights } from "./flights.js";
import { type FoundImage, type ImageRegistry, type RegistryAccess, RegistryError } from "./image-registry.js";
import { questionKey } from "./question-key.js";
import { type ReadSecret, readCredentialsSecret } from "./read-credentials.js";
import { TicketedAnswers } from "./ticketed-answers.js";

/** One question to a registry, on behalf of one job. */
export interface ImageQuestion {
  /** Of the job: its Secrets are there. */
  readonly namespace: string;
  /** `host/path:tag`, or with a digest. */
  readonly reference: string;
  readonly isInsecure: boolean;
  /** Name of a Secret of type `kubernetes.io/dockerconfigjson`. */
  readonly secret?: string;
}

/** One tag to move, on behalf of one job. */
export interface PublicationRequest {
  readonly namespace: string;
  /** `repository@sha256:…`. */
  readonly image: string;
  /** In the same repository. */
  readonly tag: string;
  readonly isInsecure: boolean;
  readonly pushSecret?: string;
}

export interface ImageDeskOptions {
  readonly registry: ImageRegistry;
  readonly clock: Clock;
  readonly readSecret: ReadSecret;
  /** Called when the answer to a job's question is there, or its tag moved. */
  readonly onAnswer: (jobUid: string) => void;
  /** Told the compressed size of an image, maybe often. @default ignored */
  readonly onSize?: (reference: string, bytes: number) => void;
  /** Told of errors that a registry should not throw. @default ignored */
  readonly onError?: (error: unknown) => void;
  /** Questions at a time. @default 8 */
  readonly concurrency?: number;
  /** Longest wait for one answer, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
}

/** Images that one job may ask about at a time: its environment's tag, and the one that it names. */
const IMAGES_PER_JOB = 4;

/** A secret that can't be read, as one sentence. */
class NoSecret extends Error {}

/**
 * Asks registries in the background, for images and to move tags, and keeps each job's last answers. Jobs that ask the same
 * thing at the same time share one answer.
 */
export class ImageDesk {
  readonly #options: Required<ImageDeskOptions>;
  readonly #images: TicketedAnswers<ImageSeen>;
  readonly #publications: TicketedAnswers<PublicationSeen>;
  readonly #finding: Flights<FoundImage | undefined>;
  readonly #tagging: Flights<void>;

  constructor(options: ImageDeskOptions) {
    this.#options = {
      concurrency: 8,
      timeoutMs: 30_000,
      onError: () => undefined,
      onSize: () => undefined,
      ...options,
    };
    const { clock, concurrency, timeoutMs, onAnswer } = this.#options;
    this.#images = new TicketedAnswers(onAnswer, IMAGES_PER_JOB);
    this.#publications = new TicketedAnswers(onAnswer);
    const late = () => new RegistryError("unavailable", `the registry did not answer within ${timeoutMs / 1000} s`);
    this.#finding = new Flights({ clock, concurrency, timeoutMs, late });
    this.#tagging = new Flights({ clock, concurrency, timeoutMs, late });
  }

  /** Puts a job's question, unless it was put already. @param ticket names it: another ticket is another question */
  ask(jobUid: string, ticket: string, question: ImageQuestion): void {
    if (this.#finding.isStopped) return;
    this.#images.ask(jobUid, ticket, { kind: "asking" }, async () => {
      const seen = await this.#find(question).catch(
        (error): ImageSeen => ({ kind: "unknown", message: this.#say(error) }),
      );
      return this.#finding.isStopped ? undefined : seen;
    });
  }

  /** What is known about a job's question. */
  look(jobUid: string, ticket: string): ImageSeen {
    return this.#images.look(jobUid, ticket) ?? { kind: "unasked" };
  }

  /** Moves a tag on behalf of a job, unless that was asked already. Moving it twice changes nothing. */
  publish(jobUid: string, ticket: string, request: PublicationRequest): void {
    if (this.#tagging.isStopped) return;
    this.#publications.ask(jobUid, ticket, { kind: "publishing" }, async () => {
      const seen = await this.#publish(request).then(
        (): PublicationSeen => ({ kind: "published" }),
        (error: unknown): PublicationSeen => ({ kind: "failed", message: this.#say(error) }),
      );
      return this.#tagging.isStopped ? undefined : seen;
    });
  }

  /** What became of a job's publication. */
  lookPublication(jobUid: string, ticket: string): PublicationSeen {
    return this.#publications.look(jobUid, ticket) ?? { kind: "unasked" };
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    this.#images.forget(jobUid);
    this.#publications.forget(jobUid);
  }

  /** Ends everything under way; nothing is answered any more. */
  stop(): void {
    this.#finding.stop();
    this.#tagging.stop();
  }

  async #find({ namespace, reference, isInsecure, secret }: ImageQuestion): Promise<ImageSeen> {
    const image = referenceOf(reference);
    const access = await this.#access(namespace, isInsecure, secret);
    const found = await this.#finding.fly(
      questionKey(["find", reference, access]),
      (signal) => this.#options.registry.find(image, access, signal),
      [namespace],
    );
    if (found === undefined) return { kind: "absent" };
    const { digest, sizeBytes, labels } = found;
    if (sizeBytes !== undefined) this.#options.onSize(reference, sizeBytes);
    const environmentDigest = labels[LABEL_ENVIRONMENT_DIGEST];
    return {
      kind: "present",
      digest,
      ...(sizeBytes !== undefined && { sizeBytes }),
      ...(environmentDigest !== undefined && { environmentDigest }),
    };
  }

  async #publish({ namespace, image, tag, isInsecure, pushSecret }: PublicationRequest): Promise<void> {
    const reference = referenceOf(image);
    const access = await this.#access(namespace, isInsecure, pushSecret);
    await this.#tagging.fly(
      questionKey(["tag", image, tag, access]),
      (signal) => this.#options.registry.tag(reference, tag, access, signal),
      [namespace],
    );
  }

  async #access(namespace: string, isInsecure: boolean, secret: string | undefined): Promise<RegistryAccess> {
    if (secret === undefined) return { isInsecure, secrets: [] };
    const what = "the registry's credentials";
    const seen = await readCredentialsSecret(this.#options.readSecret, namespace, secret, what);
    if (seen.kind === "failed") throw new NoSecret(seen.message);
    return { isInsecure, secrets: [seen.data] };
  }

  #say(error: unknown): string {
    if (error instanceof RegistryError || error instanceof NoSecret) return error.message;
    if (!this.#finding.isStopped) this.#options.onError(error);
    return "the registry could not be asked for an unknown reason";
  }
}

function referenceOf(text: string): ImageReference {
  const image = parseImageReference(text);
  if (image === undefined) throw new RegistryError("refused", `${JSON.stringify(text)} is no image reference`);
  return image;
}
