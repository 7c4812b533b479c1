import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";

/**
 * A control group of its own for the processes of one container, v1 or v2: it limits their memory together, tells whether
 * the kernel killed one of them for it, and finds every process that was ever started in it.
 */
export class MemoryGroup {
  private constructor(
    private readonly directory: string,
    private readonly files: { readonly limit: string; readonly events: string },
  ) {}

  /**
   * @param name unique on this computer
   * @param limitBytes absent = no limit
   * @returns `undefined` where this user may not make control groups
   */
  static create(name: string, limitBytes: number | undefined): MemoryGroup | undefined {
    for (const { parent, files } of parents()) {
      const directory = join(parent, name);
      try {
        mkdirSync(directory);
      } catch {
        continue;
      }
      const group = new MemoryGroup(directory, files);
      try {
        readFileSync(join(directory, files.limit));
        readFileSync(join(directory, files.events));
        if (limitBytes !== undefined) group.limit(limitBytes);
        return group;
      } catch {
        group.remove();
      }
    }
    return undefined;
  }

  /** Moves a process into the group; its later children follow. */
  add(pid: number): boolean {
    try {
      writeFileSync(join(this.directory, "cgroup.procs"), String(pid));
      return true;
    } catch {
      return false;
    }
  }

  /** How many processes the kernel killed for lack of memory. */
  get oomKills(): number {
    try {
      const text = readFileSync(join(this.directory, this.files.events), "utf8");
      return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
    } catch {
      return 0;
    }
  }

  /** Kills everything that is left in the group. */
  killAll(): void {
    for (let round = 0; round < 10; round += 1) {
      const pids = this.members();
      if (pids.length === 0) return;
      for (const pid of pids) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // Gone meanwhile.
        }
      }
    }
  }

  /** Removes the group. Killed processes may take a moment to leave it: the caller may try again. */
  remove(): boolean {
    try {
      rmdirSync(this.directory);
      return true;
    } catch {
      return false;
    }
  }

  private members(): number[] {
    try {
      const text = readFileSync(join(this.directory, "cgroup.procs"), "utf8");
      return text
        .split("\n")
        .filter((line) => line !== "" && line !== "0")
        .map(Number);
    } catch {
      return [];
    }
  }

  private limit(bytes: number): void {
    writeFileSync(join(this.directory, this.files.limit), String(Math.floor(bytes)));
    // No swapping around the limit; not every kernel counts swap.
    for (const [file, value] of [
      ["memory.swap.max", "0"],
      ["memory.memsw.limit_in_bytes", String(Math.floor(bytes))],
    ]) {
      try {
        writeFileSync(join(this.directory, file ?? ""), value ?? "");
      } catch {
        // This file belongs to the other version.
      }
    }
  }
}

function parents() {
  const v1 = { limit: "memory.limit_in_bytes", events: "memory.oom_control" };
  const v2 = { limit: "memory.max", events: "memory.events" };
  const memberships = readMemberships();
  return memberships.flatMap(({ controllers, path }) => {
    if (controllers === "") return [join(ROOT, path), ROOT].map((parent) => ({ parent, files: v2 }));
    if (!controllers.split(",").includes("memory")) return [];
    const mount = join(ROOT, "memory");
    return [join(mount, path), mount].map((parent) => ({ parent, files: v1 }));
  });
}

function readMemberships(): { controllers: string; path: string }[] {
  try {
    const lines = readFileSync("/proc/self/cgroup", "utf8").split("\n");
    return lines.flatMap((line) => {
      const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return controllers === undefined || path === undefined ? [] : [{ controllers, path }];
    });
  } catch {
    return [];
  }
}
