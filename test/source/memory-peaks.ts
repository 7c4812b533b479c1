import { readdirSync, readFileSync } from "node:fs";

/** The most memory that processes have had, in bytes, by their program's name. */
export interface MemoryPeaks {
  stop(): ReadonlyMap<string, number>;
}

/** Looks every few milliseconds at the processes with `words` in their command line (Linux). */
export function watchPeaks(words: string): MemoryPeaks {
  const peaks = new Map<string, number>();
  const look = (): void => {
    for (const process of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const [name, bytes] = peakOf(process, words);
      peaks.set(name, Math.max(peaks.get(name) ?? 0, bytes));
    }
  };
  const timer = setInterval(look, 20);
  return {
    stop() {
      clearInterval(timer);
      return peaks;
    },
  };
}

function peakOf(process: string, words: string): readonly [name: string, bytes: number] {
  try {
    if (!readFileSync(`/proc/${process}/cmdline`, "utf8").includes(words)) return ["", 0];
    const status = readFileSync(`/proc/${process}/status`, "utf8");
    const name = /^Name:\s*(.*)$/m.exec(status)?.[1] ?? "";
    return [name, Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024];
  } catch {
    // It has ended meanwhile.
    return ["", 0];
  }
}
