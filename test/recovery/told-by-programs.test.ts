import { describe, expect, test } from "@jest/globals";
import { classifyText } from "../../src/recovery/index.js";

describe("an exception of Python", () => {
  const inCell = (line: string) =>
    `[NbConvertApp] Converting notebook train.ipynb\nError      Traceback (most recent call last)\nCell In[3], line 1\n----> 1 load()\n\n${line}`;
  const inKernel = (line: string) =>
    `Traceback (most recent call last):\n  File "/tmp/ipykernel_7/123.py", line 3, in <module>\n    load()\n${line}`;
  const inScript = (line: string) =>
    `Traceback (most recent call last):\n  File "/srv/train.py", line 3, in <module>\n    load()\n${line}`;

  test.each([
    "KeyError: 'amount'",
    "ValueError: image mask not found",
    "requests.exceptions.ConnectionError: HTTPSConnectionPool: Connection refused",
    "OSError: [Errno 28] No space left on device",
    "PermissionError: [Errno 13] Permission denied: '/data/x.csv'",
    "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
    "botocore.exceptions.NoRegion: You must specify a region",
    "KeyboardInterrupt",
  ])("that a cell raised is the notebook's, whatever its words: %s", (line) => {
    for (const text of [inCell(line), inKernel(line)]) {
      expect(classifyText(text)).toMatchObject({ reason: "NotebookError", errorType: "permanent", fault: "user" });
      expect(classifyText(text)?.message).toContain(line.replace(/\.$/, ""));
    }
  });

  test("of a GPU's memory is not mended by more of the pod's", () => {
    expect(classifyText(inCell("torch.OutOfMemoryError: CUDA out of memory."))?.suggestedAction).toContain("GPU");
  });

  test("that another program raised is the user's, but for what may pass", () => {
    for (const line of ["KeyError: 'amount'", "ValueError: image mask not found"]) {
      expect(classifyText(inScript(line))).toMatchObject({ reason: "NotebookError", errorType: "permanent" });
    }
    for (const line of ["ConnectionError: connection refused", "OSError: No space left on device"]) {
      expect(classifyText(inScript(line))).toMatchObject({ reason: "Unknown", errorType: "transient" });
    }
  });

  test("counts where somebody quotes no more than its line", () => {
    expect(classifyText("AssertionError: accuracy too low")?.reason).toBe("NotebookError");
    expect(classifyText("TypeError: x is not a function\n    at Object.<anonymous> (/app/a.js:1:1)")?.reason).toBe(
      "Unknown",
    );
  });

  test("the last one counts, and of it the line that ends its traceback", () => {
    const text = `${inCell("KeyError: 'a'")}\n\nDuring handling of the above exception, another exception occurred:\n\n${inCell("ValueError: b")}\nTypeError: c`;
    expect(classifyText(text)?.message).toBe("A cell raised an error: ValueError: b");
  });
});

describe("what programs of ours have told", () => {
  test("the end of `nbv run`", () => {
    const text =
      "Failed (ChecksFailed)  3 cells, 2s, the notebook's or the job's own fault\n  Check E7 failed in cell 1: exit code 1\n  nbv-report/a/report.html";
    expect(classifyText(text)).toMatchObject({
      reason: "ChecksFailed",
      fault: "user",
      message: "Check E7 failed in cell 1: exit code 1",
    });
  });

  test("events about a job, as kubectl lists them", () => {
    const line =
      "12s   Warning   GitNetwork   notebookvalidationjob/first   The Git server can't be reached: no route to host";
    expect(classifyText(`LAST SEEN   TYPE   REASON   OBJECT   MESSAGE\n${line}`)).toMatchObject({
      reason: "GitNetwork",
      message: "The Git server can't be reached: no route to host",
    });
  });

  test("what a program says by the way is no state of a cluster", () => {
    expect(classifyText("INFO handled OOMKilled metric export ok\nINFO done")?.reason).toBe("Unknown");
    expect(classifyText("ERROR worker was OOMKilled")?.reason).toBe("OOMKilled");
  });
});
