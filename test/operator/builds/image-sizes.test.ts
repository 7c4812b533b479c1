import { describe, expect, test } from "@jest/globals";
import { ImageSizes } from "../../../src/operator/builds/image-sizes.js";

function sizes() {
  const counted: number[] = [];
  return { counted, sizes: new ImageSizes((bytes) => counted.push(bytes)) };
}

describe("the sizes of built images", () => {
  test("are counted once per build, whoever tells them and however often", () => {
    const { counted, sizes: it } = sizes();
    it.built("shipwright", 5);
    it.told("shipwright", 5);
    it.built("tekton", undefined);
    it.told("tekton", 7);
    it.told("tekton", 7);
    expect(counted).toEqual([5, 7]);
  });

  test("of images that nobody built before the eyes of this process are not counted", () => {
    const { counted, sizes: it } = sizes();
    it.told("reused", 5);
    expect(counted).toEqual([]);
  });

  test("are not awaited without end", () => {
    const { counted, sizes: it } = sizes();
    for (let build = 0; build <= 1000; build += 1) it.built(`image-${build}`, undefined);
    it.told("image-0", 1);
    it.told("image-1", 2);
    it.told("image-1000", 3);
    expect(counted).toEqual([2, 3]);
  });
});
