import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { KubeError, LogPosition, ManualClock, seededRandom } from "../../src/kube/index.js";
import { type LogQuery, resumingLog } from "../../src/kube/live/resuming-log.js";

/** One entry of a container's log file, as the runtime writes them: a line, or a part of a long one. */
interface Entry {
  /** Nanoseconds since the epoch. */
  readonly at: bigint;
  readonly text: string;
}

/** The log of one container on a node, served as a kubelet does. */
class NodeLog {
  readonly queries: LogQuery[] = [];
  sent = 0;
  /** Bytes after which each reading breaks; then none does. */
  breaks: number[] = [];
  chunkBytes = 64 * 1024;
  hasMoments = true;

  constructor(public entries: readonly Entry[]) {}

  get text(): string {
    return this.entries.map((entry) => entry.text).join("");
  }

  readonly read = async function* (this: NodeLog, query: LogQuery): AsyncIterable<Uint8Array> {
    this.queries.push(query);
    const since = query.sinceTime === undefined ? 0n : BigInt(Date.parse(query.sinceTime)) * 1_000_000n;
    const parts: string[] = [];
    let isNewLine = true;
    for (const { at, text } of this.entries) {
      if (at >= since)
        parts.push(query.timestamps && this.hasMoments && isNewLine ? `${rfc3339Nano(at)} ${text}` : text);
      isNewLine = text.endsWith("\n");
    }
    const bytes = Buffer.from(parts.join(""));
    const end = Math.min(bytes.length, this.breaks[0] ?? Number.POSITIVE_INFINITY);
    for (let from = 0; from < end; from += this.chunkBytes) {
      const chunk = bytes.subarray(from, Math.min(end, from + this.chunkBytes));
      this.sent += chunk.length;
      yield chunk;
    }
    if (this.breaks.shift() !== undefined && end < bytes.length) {
      throw new KubeError({ reason: "ConnectionFailed", message: "reset" });
    }
  }.bind(this);
}

function rfc3339Nano(at: bigint): string {
  const seconds = new Date(Number(at / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(at % 1_000_000_000n).padStart(9, "0")}Z`;
}

const START = 1_800_000_000_000_000_000n;

async function readAll(log: NodeLog, position = new LogPosition(), limit = Number.POSITIVE_INFINITY): Promise<string> {
  const clock = new ManualClock(0);
  const parts: Uint8Array[] = [];
  const reading = (async () => {
    const chunks = resumingLog({ read: log.read, position, clock, random: seededRandom(1), signal: undefined });
    let bytes = 0;
    for await (const chunk of chunks) {
      parts.push(chunk);
      bytes += chunk.length;
      if (bytes >= limit) break;
    }
  })();
  let isOver = false;
  const over = reading.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5_000);
  }
  await over;
  return Buffer.concat(parts).toString();
}

/** Texts and the time between them: bursts in one moment, clocks that are set back, lines in parts, lines that never end. */
const entries = fc
  .array(
    fc.record({
      afterNs: fc.oneof(
        fc.constant(0n),
        fc.bigInt(1n, 1_000n),
        fc.bigInt(1n, 3_000_000_000n),
        fc.bigInt(-2_000_000_000n, -1n),
      ),
      text: fc.oneof(
        fc.constant(""),
        fc.string({ maxLength: 12, unit: "binary" }),
        fc.constant("2026-11-21T10:00:00Z x"),
      ),
      isPart: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((items) => {
    let at = START;
    let latest = START;
    let isRest = false;
    return items.map(({ afterNs, text, isPart }): Entry => {
      // No clock is set back in the middle of a line: a rest that is left out would take the next line's beginning along.
      at += isRest && afterNs < 0n ? 0n : afterNs;
      if (at > latest) latest = at;
      // How far the order of moments may differ from the order of lines.
      if (at < latest - 1_900_000_000n) at = latest - 1_900_000_000n;
      // A rest that begins like a moment could not be told from a line of its own, should its head be left out.
      const line = text.replaceAll(/[\n\ud800-\udfff]/g, "·").replace(/^2026/, isRest ? "rest" : "2026");
      isRest = isPart && line !== "";
      return { at, text: isRest ? line : `${line}\n` };
    });
  });

describe("a log that breaks", () => {
  test("is taken up where it broke, no byte twice and none missing, wherever that is", async () => {
    const breaks = fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(entries, breaks, fc.integer({ min: 1, max: 50 }), async (given, at, chunkBytes) => {
        const log = new NodeLog(given);
        log.breaks = [...at];
        log.chunkBytes = chunkBytes;
        // A log that breaks before its first byte is its reader's business.
        if (at[0] === 0 || (at[0] ?? 99) < 40) log.breaks = [];
        expect(await readAll(log)).toBe(log.text);
      }),
      { numRuns: 1000 },
    );
  }, 30_000);

  test("a 20 MB log that breaks five times is read once, and a little, in time that grows with its length alone", async () => {
    const line = `${"x".repeat(99)}\n`;
    const read = async (megabytes: number) => {
      const bytes = megabytes * 1_000_000;
      const entries = Array.from({ length: bytes / 100 }, (_, index) => ({
        at: START + BigInt(index) * 500_000n,
        text: line,
      }));
      const log = new NodeLog(entries);
      log.breaks = [0.2, 0.25, 0.3, 0.3, 0.3].map((share) => share * bytes);
      const before = process.cpuUsage();
      const { length } = await readAll(log);
      const { user, system } = process.cpuUsage(before);
      expect(length).toBe(bytes);
      expect(log.queries).toHaveLength(6);
      expect(log.sent).toBeLessThan(bytes + 12_000_000);
      return user + system;
    };
    await read(2);
    const quarter = await read(5);
    // Four times as much in linear time, sixteen times as much if every break looked at all of the log.
    expect((await read(20)) / quarter).toBeLessThan(9);
  }, 120_000);

  test("what a kubelet has rotated away is lost, what is left follows", async () => {
    const all = Array.from({ length: 20 }, (_, index) => ({
      at: START + BigInt(index) * 100_000_000n,
      text: `line ${index}\n`,
    }));
    const log = new NodeLog(all.slice(0, 10));
    const position = new LogPosition();
    await readAll(log, position);
    log.entries = all.slice(13);
    expect(await readAll(log, position)).toBe(log.text);
  });

  test("a line whose end was rotated away is ended before the next one", async () => {
    const log = new NodeLog([
      { at: START, text: "first\n" },
      { at: START + 1n, text: "half a" },
    ]);
    const position = new LogPosition();
    expect(await readAll(log, position)).toBe("first\nhalf a");
    log.entries = [{ at: START + 9_000_000_000n, text: "new\n" }];
    expect(await readAll(log, position)).toBe("\nnew\n");
  });

  test("a reader that comes again with its position gets what is new only", async () => {
    const log = new NodeLog([{ at: START, text: "a\n" }]);
    const position = new LogPosition();
    expect(await readAll(log, position)).toBe("a\n");
    log.entries = [...log.entries, { at: START, text: "b\n" }];
    expect(await readAll(log, position)).toBe("b\n");
    expect(await readAll(log, position)).toBe("");
    expect(position.bytes).toBe(4);
  });

  test("of a node that gives no moments is counted from the beginning", async () => {
    const log = new NodeLog([{ at: START, text: "plain\n2026-11-21T10:00:00Z a line of the program's own\nend" }]);
    log.hasMoments = false;
    log.breaks = [20];
    log.chunkBytes = 7;
    expect(await readAll(log)).toBe(log.text);
  });

  test("of one word is told when it ends", async () => {
    const log = new NodeLog([{ at: START, text: "word" }]);
    log.hasMoments = false;
    expect(await readAll(log)).toBe("word");
  });

  test("and brings nothing new time and again is its reader's business", async () => {
    const log = new NodeLog([
      { at: START, text: "abc\n" },
      { at: START, text: "def\n" },
    ]);
    log.breaks = Array.from({ length: 50 }, () => 36);
    await expect(readAll(log)).rejects.toMatchObject({ reason: "ConnectionFailed" });
    expect(log.queries).toHaveLength(6);
  });
});
