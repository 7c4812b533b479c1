import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { BuildLog } from "../../../src/build/index.js";

function read(text: string): BuildLog {
  const log = new BuildLog();
  for (const line of text.split("\n")) log.push(line);
  return log;
}
const after = (...lines: string[]) => read(lines.join("\n")).progress;

const PULL = [
  "STEP 1/6: FROM registry.example.org/python:3.12",
  "Trying to pull registry.example.org/python:3.12...",
  "Getting image source signatures",
  "Copying blob sha256:aaaaaaaaaaaa",
  "Copying blob sha256:bbbbbbbbbbbb",
];
const RUN = [
  "STEP 2/6: USER 0",
  'STEP 3/6: COPY ["requirements.txt", "/opt/requirements.txt"]',
  "STEP 4/6: RUN pip install -r /opt/requirements.txt",
];
const COLLECT = [
  "Collecting pandas==2.2.2 (from -r requirements.txt (line 1))",
  "  Downloading pandas-2.2.2-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl.metadata (19 kB)",
  "Collecting numpy>=1.26 (from pandas==2.2.2->-r requirements.txt (line 1))",
  "  Downloading numpy-2.1.0-cp312-cp312-manylinux_2_17_x86_64.whl.metadata (60 kB)",
  "Collecting six>=1.5 (from python-dateutil)",
  "  Using cached six-1.16.0-py2.py3-none-any.whl.metadata (1.8 kB)",
];
const WHEEL = "Downloading pandas-2.2.2-cp312-cp312-manylinux_2_17_x86_64.whl (12.7 MB)";

describe("what a build's log tells", () => {
  test("nothing, while nothing is known", () => {
    expect(after("[nbv] hello")).toEqual({});
  });

  test("which layers of the base image have come; how many there are is known at the end", () => {
    expect(after(...PULL)).toEqual({ currentStep: "Pulling the base image", layersPulled: "2" });
    expect(after(...PULL, "Copying config sha256:cccccccccccc")).toMatchObject({ layersPulled: "2/2" });
  });

  test("which instruction is at work, by its name alone: its words may hold secrets", () => {
    const { currentStep } = after(...PULL, "Copying config sha256:cccccccccccc", "STEP 4/6: RUN curl -H 'token: abc'");
    expect(currentStep).toBe("Building: instruction 4/6 (RUN)");
    expect(after("[1/2] STEP 2/3: COPY a b").currentStep).toBe("Building: instruction 2/3 of stage 1/2 (COPY)");
  });

  test("how many packages pip has", () => {
    expect(after(...RUN, ...COLLECT).currentStep).toBe("Resolving dependencies (3 packages so far)");
    expect(after(...RUN, ...COLLECT, WHEEL).currentStep).toBe("Installing dependencies (1/3 packages)");
    const installing = [...RUN, ...COLLECT, WHEEL, "Installing collected packages: six, numpy, pandas"];
    expect(after(...installing).currentStep).toBe("Installing dependencies (3/3 packages)");
    expect(after(...installing, "Successfully installed numpy-2.1.0").currentStep).toBe(
      "Building: instruction 4/6 (RUN)",
    );
  });

  test("a pip that downloads while it still collects is not believed to know the total", () => {
    const old = [
      "Collecting a==1",
      "  Downloading a-1-py3-none-any.whl (5 kB)",
      "Collecting b==1",
      "  Downloading b-1.tar.gz (5 kB)",
    ];
    expect(after(...RUN, ...old).currentStep).toBe("Installing dependencies (2 packages so far)");
  });

  test("a second installation of the same instruction counts anew", () => {
    const first = ["Collecting a==1", "Installing collected packages: a", "Successfully installed a-1"];
    expect(after(...RUN, ...first, "Collecting ipykernel==7.4.0").currentStep).toBe(
      "Resolving dependencies (1 package so far)",
    );
  });

  test("what came from a cache, near or far", () => {
    const log = read(
      [
        "STEP 1/4: FROM a",
        "STEP 2/4: USER 0",
        "--> Using cache 1d2d1f95834fce88caae29707f742255ef92ae309eda2439a9ec57883bd72551",
        "STEP 3/4: RUN x",
        "--> Cache pulled from remote registry.example.org/cache:abc",
        "STEP 4/4: USER 1001",
        "COMMIT localhost/nbv-build",
      ].join("\n"),
    );
    expect({ all: log.instructions, cached: log.cachedInstructions }).toEqual({ all: 3, cached: 2 });
    expect(log.progress.currentStep).toBe("Committing the image");
  });

  test("whatever is printed, it never throws, and never repeats what it read", () => {
    const words = fc.constantFrom(
      "STEP 1/2: RUN ",
      "STEP 9999999/1: X",
      "Collecting ",
      "Copying blob ",
      "--> Using cache ",
      "Installing collected packages: ",
      "[1/2] STEP ",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(words, fc.string({ unit: "binary" }))), (lines) => {
        const { currentStep = "", layersPulled = "" } = read(
          lines.map(([word, rest]) => `${word}${rest}S3CRET`).join("\n"),
        ).progress;
        expect(`${currentStep}${layersPulled}`).not.toContain("S3CRET");
        expect(currentStep.length).toBeLessThan(120);
      }),
    );
  });

  test("of a line without an end only the beginning is looked at", () => {
    const line = `Installing collected packages: ${"a,".repeat(1_000_000)}`;
    expect(after(...RUN, line)).toEqual(after(...RUN, line.slice(0, 4096)));
  });
});
