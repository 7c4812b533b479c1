import type { EffectiveSpec } from "../api/index.js";
import { type EnvironmentQuestion, type SourceFacts, wantedFiles } from "../build/index.js";
import type { Clock } from "../kube/clock.js";
import { type BaseImageSeen, BaseImages } from "./base-images.js";
import type { EnvironmentSeen } from "./decide/build-observation.js";
import { DossierShelf } from "./dossier-shelf.js";
import { Flights } from "./flights.js";
import type { ImageRegistry } from "./image-registry.js";
import { questionKey } from "./question-key.js";
import { type CredentialsSeen, type ReadSecret, readCredentialsSecret } from "./read-credentials.js";
import type { SourceDossier, SourceFactsRequest, SourceReader, Wanted } from "./source-reader.js";
import { SourceError } from "./source-resolver.js";
import { TicketedAnswers } from "./ticketed-answers.js";

/** What a job's environment is asked about. */
export interface EnvironmentRequest {
  /** Of the job: its Secrets are there. */
  readonly namespace: string;
  readonly url: string;
  /** The name that {@link commit} was resolved from. */
  readonly ref: string;
  readonly commit: string;
  /** Name of a Secret with Git credentials. */
  readonly credentialsSecret?: string;
  /** Path of the notebook in the repository. */
  readonly notebook: string;
  readonly build: NonNullable<EffectiveSpec["build"]>;
  /** Image that environments are installed on. */
  readonly baseImage: string;
  /** Whether the base image's registry speaks plain http. */
  readonly isInsecure: boolean;
  /** Name of a Secret of type `kubernetes.io/dockerconfigjson` for the base image. */
  readonly pullSecret?: string;
}

export interface EnvironmentDeskOptions {
  readonly reader: SourceReader;
  readonly registry: ImageRegistry;
  readonly clock: Clock;
  readonly readSecret: ReadSecret;
  /** Called when the answer to a job's question is there. */
  readonly onAnswer: (jobUid: string) => void;
  /** Told of errors that a reader or registry should not throw. @default ignored */
  readonly onError?: (error: unknown) => void;
  /** Repositories that are read at a time. @default 3 */
  readonly concurrency?: number;
  /** Longest wait for one answer, in milliseconds. @default 120000 */
  readonly timeoutMs?: number;
  /** Memory for what was read, in bytes, roughly. @default 128 MiB */
  readonly memoryBytes?: number;
}

/** A job that takes a flight to Git: what it wants, and what it gets. */
interface Passenger {
  readonly wanted: Wanted;
  facts?: SourceFacts;
}

/**
 * Reads what decides about environments in the background, and keeps each job's answer until the job asks something else, or
 * until memory is short: then the job asks again. Each commit is fetched once for all jobs that may see it, and kept.
 */
export class EnvironmentDesk {
  readonly #options: EnvironmentDeskOptions;
  readonly #onError: (error: unknown) => void;
  readonly #answers: TicketedAnswers<EnvironmentSeen>;
  readonly #flights: Flights<SourceDossier>;
  readonly #bases: BaseImages;
  readonly #shelf: DossierShelf;
  /** Who waits for the next flight to a commit. */
  readonly #boarding = new Map<string, Passenger[]>();

  constructor(options: EnvironmentDeskOptions) {
    const { clock, registry, onAnswer, concurrency = 3, timeoutMs = 120_000, memoryBytes = 128 * 1024 ** 2 } = options;
    this.#options = options;
    this.#onError = options.onError ?? (() => undefined);
    this.#answers = new TicketedAnswers(onAnswer);
    const late = () => new SourceError("GitNetwork", `the repository could not be read within ${timeoutMs / 1000} s`);
    this.#flights = new Flights({ clock, concurrency, timeoutMs, late });
    this.#bases = new BaseImages({ registry, clock, onError: this.#onError });
    this.#shelf = new DossierShelf(memoryBytes, (jobUid) => this.#answers.forget(jobUid));
  }

  /** Puts a job's question, unless it was put already. @param ticket names it: another ticket is another question */
  ask(jobUid: string, ticket: string, request: EnvironmentRequest): void {
    if (this.#flights.isStopped) return;
    this.#answers.ask(jobUid, ticket, { kind: "reading" }, async () => {
      const seen = await this.#answer(jobUid, request).catch((error: unknown) => this.#failed(error));
      return this.#flights.isStopped ? undefined : seen;
    });
  }

  /** What is known about a job's question. */
  look(jobUid: string, ticket: string): EnvironmentSeen {
    return this.#answers.look(jobUid, ticket) ?? { kind: "unasked" };
  }

  /** The job is gone, or needs its answer no more. */
  forget(jobUid: string): void {
    this.#answers.forget(jobUid);
    this.#shelf.letGo(jobUid);
  }

  /** Ends everything under way; nothing is answered any more. */
  stop(): void {
    this.#flights.stop();
    this.#bases.stop();
  }

  async #answer(jobUid: string, request: EnvironmentRequest): Promise<EnvironmentSeen> {
    const { namespace, url, ref, commit, credentialsSecret, notebook, build, baseImage } = request;
    let place: SourceFactsRequest = { url, ref, commit };
    if (credentialsSecret !== undefined) {
      const secret = await this.#secret(namespace, credentialsSecret, "the Git credentials");
      if (secret.kind === "failed") return secret;
      place = { ...place, credentials: secret.data };
    }
    const reference = { reference: baseImage };
    const wanted: Wanted = (facts) => wantedFiles({ notebook, build, base: reference, facts });
    const [{ digest, user, warnings }, { key, facts, dossier }] = await Promise.all([
      this.#base(request),
      this.#facts(namespace, place, wanted),
    ]);
    const base = { ...reference, ...(digest !== undefined && { digest }), ...(user !== undefined && { user }) };
    const question: EnvironmentQuestion = { notebook, build, base, facts };
    this.#shelf.hold(jobUid, key);
    return { kind: "read", question, warnings: [...dossier.warnings, ...warnings] };
  }

  async #facts(
    namespace: string,
    place: SourceFactsRequest,
    wanted: Wanted,
  ): Promise<{ key: string; facts: SourceFacts; dossier: SourceDossier }> {
    // One key per credentials: who may not see the repository never gets what another could read.
    const key = questionKey([place.url, place.commit, place.credentials]);
    const passenger: Passenger = { wanted };
    this.#boarding.set(key, [...(this.#boarding.get(key) ?? []), passenger]);
    const work = async (signal: AbortSignal): Promise<SourceDossier> => {
      const passengers = this.#boarding.get(key) ?? [];
      this.#boarding.delete(key);
      const questions = passengers.map((each) => each.wanted);
      const answer = await this.#options.reader.read(place, questions, this.#shelf.get(key), signal);
      passengers.forEach((each, index) => {
        const facts = answer.facts[index];
        if (facts !== undefined) each.facts = facts;
      });
      this.#shelf.put(key, answer.dossier);
      return answer.dossier;
    };
    const dossier = await this.#flights.fly(key, work, [namespace]);
    if (passenger.facts === undefined) throw new Error("a reader left a question out");
    return { key, facts: passenger.facts, dossier };
  }

  /** Without its digest a base image is used by its tag: nothing about it fails a job here. */
  async #base({ namespace, baseImage, isInsecure, pullSecret }: EnvironmentRequest): Promise<BaseImageSeen> {
    if (pullSecret === undefined) return this.#bases.look(namespace, baseImage, { isInsecure, secrets: [] });
    const secret = await this.#secret(namespace, pullSecret, "the registry's credentials");
    if (secret.kind === "read") return this.#bases.look(namespace, baseImage, { isInsecure, secrets: [secret.data] });
    const seen = await this.#bases.look(namespace, baseImage, { isInsecure, secrets: [] });
    return { ...seen, warnings: [secret.message, ...seen.warnings] };
  }

  #secret(namespace: string, name: string, what: string): Promise<CredentialsSeen> {
    return readCredentialsSecret(this.#options.readSecret, namespace, name, what);
  }

  #failed(error: unknown): EnvironmentSeen {
    if (error instanceof SourceError) return { kind: "failed", reason: error.reason, message: error.message };
    if (!this.#flights.isStopped) this.#onError(error);
    return { kind: "failed", reason: "Unknown", message: "the repository could not be read for an unknown reason" };
  }
}
