// Completes package-lock.json after `npm install`, where the registry in use does not carry the packages of other platforms:
// npm then leaves these optional packages out of the lock file, and `npm ci` refuses the incomplete file on every platform.
// Adds an entry for each with its exact version and platform; npm verifies them by the registry when a machine needs one.
import { readFileSync, writeFileSync } from "node:fs";

const file = "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf8"));
const words = {
  os: {
    android: "android",
    darwin: "darwin",
    freebsd: "freebsd",
    linux: "linux",
    openharmony: "openharmony",
    win32: "win32",
  },
  cpu: {
    arm: "arm",
    arm64: "arm64",
    ia32: "ia32",
    loong64: "loong64",
    ppc64: "ppc64",
    riscv64: "riscv64",
    s390x: "s390x",
    x64: "x64",
  },
  libc: { gnu: "glibc", musl: "musl", gnueabihf: "glibc", musleabihf: "musl" },
};

/** Platform of a package by the words of its name: `core-linux-arm64-musl`. */
function platformOf(name) {
  const found = {};
  for (const word of name.split(/[-/]/)) {
    for (const [field, values] of Object.entries(words)) if (values[word]) found[field] = [values[word]];
  }
  return found;
}

let added = 0;
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const platform = platformOf(name);
    if (lock.packages[path] || !platform.os || !platform.cpu || !/^\d/.test(version)) continue;
    const { os, cpu, libc } = platform;
    lock.packages[path] = { version, cpu, ...(entry.dev && { dev: true }), ...(libc && { libc }), optional: true, os };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added`);
