import { isDigest } from "./digest.js";
import { ownPin } from "./pin.js";
import type { RequirementEntry, RequirementSet } from "./requirement-set.js";
import { isExact } from "./version-range.js";

/** The lines for one name, with what they say for each other: looked up, not searched, since files may be huge. */
export class EntryGroup {
  readonly entries: RequirementEntry[] = [];
  /** The first one that is no constraint. */
  first: RequirementEntry | undefined;
  private readonly pinned = new Set<string | undefined>();
  private readonly constrained = new Set<string | undefined>();
  private readonly constrainedHashes = new Set<string | undefined>();

  add(entry: RequirementEntry): void {
    this.entries.push(entry);
    const marker = entry.marker?.text;
    if (ownPin(entry).isPinned) this.pinned.add(marker);
    if (!entry.isConstraint) {
      this.first ??= entry;
      return;
    }
    if (entry.target.kind === "index" && entry.target.clauses.some(isExact)) this.constrained.add(marker);
    if (entry.hashes.some(isDigest)) this.constrainedHashes.add(marker);
  }

  /** Whether a line that holds wherever `entry` does is pinned. */
  hasPinFor(entry: RequirementEntry): boolean {
    return holdsFor(this.pinned, entry);
  }

  /** Whether a constraint that holds wherever `entry` does says an exact version. */
  constrainsVersionOf(entry: RequirementEntry): boolean {
    return holdsFor(this.constrained, entry);
  }

  /** Whether a constraint that holds wherever `entry` does has a hash. */
  constrainsHashOf(entry: RequirementEntry): boolean {
    return holdsFor(this.constrainedHashes, entry);
  }
}

/** What holds everywhere, or under the same marker. */
function holdsFor(markers: ReadonlySet<string | undefined>, entry: RequirementEntry): boolean {
  return markers.has(undefined) || markers.has(entry.marker?.text);
}

/** Groups of a set by {@link RequirementEntry.key}. */
export type EntryGroups = ReadonlyMap<string, EntryGroup>;

/** Groups the entries that have a name. */
export function entryGroups(set: RequirementSet): EntryGroups {
  const groups = new Map<string, EntryGroup>();
  for (const entry of set.entries) {
    if (entry.key === undefined) continue;
    let group = groups.get(entry.key);
    if (group === undefined) groups.set(entry.key, (group = new EntryGroup()));
    group.add(entry);
  }
  return groups;
}

/** The group of an entry, if it has a name. */
export function groupOf(entry: RequirementEntry, groups: EntryGroups): EntryGroup | undefined {
  return entry.key === undefined ? undefined : groups.get(entry.key);
}

/** Tells of each entry of a set whether it is pinned, by itself or by another line. */
export function isEntryPinned(set: RequirementSet): (entry: RequirementEntry) => boolean {
  const groups = entryGroups(set);
  return (entry) => ownPin(entry).isPinned || isPinnedElsewhere(entry, groups);
}

/** Whether another line says the one version of a requirement: a constraint, or the same name pinned. */
export function isPinnedElsewhere(entry: RequirementEntry, groups: EntryGroups): boolean {
  return entry.target.kind === "index" && groupOf(entry, groups)?.hasPinFor(entry) === true;
}
