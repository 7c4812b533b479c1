import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { DueTimes } from "../../src/operator/due-times.js";

test("law: keys come out in the order of their times, and none before its time", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100)), fc.nat(100), (times, now) => {
      const due = new DueTimes();
      times.forEach((time, index) => due.add(`${time}/${index}`, time));
      const taken: number[] = [];
      for (let key = due.take(now); key !== undefined; key = due.take(now)) taken.push(Number(key.split("/")[0]));
      const ripe = times.filter((time) => time <= now).sort((a, b) => a - b);
      expect(taken).toEqual(ripe);
      expect(due.size).toBe(times.length - ripe.length);
      expect(due.first).toBe(times.filter((time) => time > now).sort((a, b) => a - b)[0]);
    }),
  );
});
