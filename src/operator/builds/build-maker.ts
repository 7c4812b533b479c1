import { ANNOTATION_ENVIRONMENT_DIGEST, KIND } from "../../api/index.js";
import { type ApiKind, type BuildPlan, type BuildStrategy, buildOwner, type WaitingJob } from "../../build/index.js";
import type { Cluster } from "../../kube/cluster.js";
import { isKubeError } from "../../kube/kube-error.js";
import type { ObjectKey, OwnerReference } from "../../kube/object.js";
import { apiVersionOf, type Resource } from "../../kube/resource.js";
import { CONFIG_MAPS, objectOf } from "../../kube/resources.js";
import { NameTaken } from "../refusal.js";
import { type BuildProver, provenFlight, withProof } from "./build-proof.js";
import { identityOf } from "./seen-build.js";
import { isOfKind, resourceOfKind, type StoredBuild } from "./stored-build.js";

/** Tries to add an owner while others do the same. */
const MAX_TRIES = 20;

/** Makes the objects of builds, and shares builds among jobs. Everything may be done twice: names decide who is first. */
export class BuildMaker {
  readonly #cluster: Pick<Cluster, "get" | "create" | "patch">;
  readonly #prover: BuildProver;

  constructor(cluster: Pick<Cluster, "get" | "create" | "patch">, prover: BuildProver) {
    this.#cluster = cluster;
    this.#prover = prover;
  }

  /**
   * Makes the objects of a build, the main one last; a build of that name that is there already is joined.
   * @returns the main object
   * @throws KubeError as the API server refuses
   * @throws NameTaken when an object of that name is no build of the same flight, or not ours
   */
  async start(plan: BuildPlan, strategy: BuildStrategy): Promise<StoredBuild> {
    let main: StoredBuild | undefined;
    for (const object of strategy.objects(plan)) {
      const plain = object as StoredBuild;
      const draft = identityOf(plain) === undefined ? plain : withProof(this.#prover, plain);
      const resource = resourceOf(draft, strategy);
      main = await this.#create(resource, objectOf(resource, draft), plan);
    }
    if (main === undefined) throw new TypeError(`the strategy ${strategy.name} makes no objects`);
    return plan.owner === undefined ? main : this.#join(resourceOf(main, strategy), main, plan.owner);
  }

  /** Makes the job an owner of a build. @returns the build; `undefined` when that very object is gone */
  async join(key: ObjectKey, uid: string, strategy: BuildStrategy, job: WaitingJob): Promise<StoredBuild | undefined> {
    const kind = mainKind(strategy);
    try {
      const found = await this.#cluster.get(resourceOfKind(kind), key);
      return found.metadata.uid === uid ? await this.#join(resourceOfKind(kind), found, job) : undefined;
    } catch (error) {
      if (isKubeError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async #create(resource: Resource<StoredBuild>, draft: StoredBuild, plan: BuildPlan): Promise<StoredBuild> {
    try {
      return await this.#cluster.create(resource, draft);
    } catch (error) {
      if (!isKubeError(error, "AlreadyExists")) throw error;
      const { namespace = "", name } = draft.metadata;
      const found = await this.#cluster.get(resource, { namespace, name });
      if (!this.#isSame(found, draft))
        throw new NameTaken(resource.kind, name, `the build of ${plan.environment.digest}`);
      return found;
    }
  }

  /** What makes two objects of one name the same: what they are for, and, of builds, the whole flight. */
  #isSame(found: StoredBuild, draft: StoredBuild): boolean {
    const [theirs, ours] = [identityOf(found), identityOf(draft)];
    if (ours === undefined) return JSON.stringify(found.metadata.labels) === JSON.stringify(draft.metadata.labels);
    const [their, our] = [found, draft].map((each) => provenFlight(this.#prover, each));
    const digests = [found, draft].map(({ metadata }) => metadata.annotations?.[ANNOTATION_ENVIRONMENT_DIGEST]);
    return theirs?.strategy === ours.strategy && their !== undefined && their === our && digests[0] === digests[1];
  }

  async #join(resource: Resource<StoredBuild>, build: StoredBuild, job: WaitingJob): Promise<StoredBuild> {
    let current = build;
    for (let tries = 1; ; tries += 1) {
      const { name, namespace = "", resourceVersion, ownerReferences = [] } = current.metadata;
      if (ownerReferences.some((owner) => owner.uid === job.uid && owner.kind === KIND)) return current;
      const owners: OwnerReference[] = [...ownerReferences, buildOwner(job)];
      const key = { namespace, name };
      try {
        return await this.#cluster.patch(resource, key, { metadata: { resourceVersion, ownerReferences: owners } });
      } catch (error) {
        if (!isKubeError(error, "Conflict") || tries === MAX_TRIES) throw error;
        current = await this.#cluster.get(resource, key);
      }
    }
  }
}

/** The kind of a strategy's main object. @throws TypeError for a strategy without kinds */
export function mainKind({ name, needs: [kind] }: BuildStrategy): ApiKind {
  if (kind === undefined) throw new TypeError(`the strategy ${name} needs no kinds`);
  return kind;
}

function resourceOf(object: StoredBuild, { needs }: BuildStrategy): Resource<StoredBuild> {
  const kind = needs.find((each) => isOfKind(object, each));
  if (kind !== undefined) return resourceOfKind(kind);
  if (object.apiVersion === apiVersionOf(CONFIG_MAPS) && object.kind === CONFIG_MAPS.kind) return CONFIG_MAPS;
  throw new TypeError(`${object.apiVersion} ${object.kind} is no kind that builds are made of`);
}
