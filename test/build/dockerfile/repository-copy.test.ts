import { expect, test } from "@jest/globals";
import { dockerfileStages, findStage, readInstructions, repositoryCopy } from "../../../src/build/index.js";

function copyOf(text: string, wanted?: string): string | undefined {
  const { stages } = dockerfileStages(readInstructions(text), {});
  const target = wanted === undefined ? stages.at(-1) : findStage(stages, wanted);
  if (target === undefined) throw new Error("no stage");
  return repositoryCopy(stages, target);
}

test.each([
  ["an absolute place", "FROM a\nCOPY . /app", "/app"],
  ["the working directory", "FROM a\nWORKDIR /srv/work\nCOPY . .", "/srv/work"],
  ["a place below it", "FROM a\nWORKDIR /srv\nWORKDIR work\nCOPY ./ src/", "/srv/work/src"],
  ["the JSON form", 'FROM a\nCOPY [".", "/app"]', "/app"],
  ["with an owner", "FROM a\nCOPY --chown=1000:0 --link . /app", "/app"],
  ["the last of several", "FROM a\nCOPY . /one\nCOPY . /two", "/two"],
  ["what the stage begins with", "FROM a AS base\nWORKDIR /app\nCOPY . .\nFROM base\nUSER 1000", "/app"],
  ["after which nothing is written", "FROM a\nRUN make\nCOPY . /app\nENV A=b\nWORKDIR /x\nCMD jupyter", "/app"],
  ["the root", "FROM a\nCOPY . /", "/"],
  ["a place that only later images do something to", "FROM a\nCOPY . /app\nONBUILD RUN make", "/app"],
  ["a place after what an earlier stage left to do", "FROM a AS b\nONBUILD RUN make\nFROM b\nCOPY . /app", "/app"],
])("a Dockerfile copies the repository to %s", (_what, text, place) => expect(copyOf(text)).toBe(place));

test.each([
  ["copies a part", "FROM a\nCOPY notebooks /app"],
  ["copies several things", "FROM a\nCOPY . data /app"],
  ["copies from another stage", "FROM a AS b\nCOPY . /app\nFROM a\nCOPY --from=b . /app"],
  ["leaves something out", "FROM a\nCOPY --exclude=*.ipynb . /app"],
  ["may make it unreadable", "FROM a\nCOPY --chmod=0600 . /app"],
  ["does not say where", "FROM a\nCOPY . ."],
  ["says it by a variable", "FROM a\nARG PLACE=/app\nCOPY . $PLACE"],
  ["steps up", "FROM a\nCOPY . /app/../etc"],
  ["mounts it for one command", "FROM a\nRUN --mount=type=bind,source=.,target=/app make"],
  ["adds it, which unpacks archives", "FROM a\nADD . /app"],
  ["runs something afterwards", "FROM a\nCOPY . /app\nRUN curl -o /app/n.ipynb https://example.com/n.ipynb"],
  ["copies over it", "FROM a\nCOPY . /app\nCOPY --from=other /n.ipynb /app/n.ipynb"],
  ["adds to it", "FROM a\nCOPY . /app\nADD https://example.com/n.ipynb /app/n.ipynb"],
  ["hides it behind a volume", "FROM a\nCOPY . /app\nVOLUME /app"],
  ["runs something in a later stage", "FROM a AS base\nCOPY . /app\nFROM base\nRUN make"],
  ["leaves a command to a later stage", "FROM a AS base\nCOPY . /app\nONBUILD RUN make\nFROM base\nUSER 1000"],
  ["left one before it copied", "FROM a AS base\nONBUILD RUN make\nCOPY . /app\nFROM base"],
  ["leaves a working directory", "FROM a AS base\nWORKDIR /a\nONBUILD WORKDIR /b\nFROM base\nCOPY . ."],
])("nothing is known of one that %s", (_what, text) => expect(copyOf(text)).toBeUndefined());

test("only the stage that is built counts", () => {
  const text = "FROM a AS full\nCOPY . /app\nFROM a AS slim\nCOPY requirements.txt /app/";
  expect(copyOf(text, "full")).toBe("/app");
  expect(copyOf(text, "slim")).toBeUndefined();
});
