// The fork-ready program that gigabyte.js starts: forks children that read all of its memory, and prints the sizes.
import { readFileSync } from "node:fs";
import { Process } from "@manyhands/process";

const children = 8;
const pageBytes = 4096;
const data = Buffer.alloc(Number(process.argv[2]) * 2 ** 20);
for (let page = 0; page < data.length; page += pageBytes) data[page] = 1 + ((page / pageBytes) & 63);
const sum = () => {
  let all = 0;
  for (let page = 0; page < data.length; page += pageBytes) all += data[page];
  return all;
};
/** The proportional set size of a process in MiB: each shared page counts for its share. */
const pss = (pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"))[1]) / 1024;

const wanted = sum();
const before = pss(process.pid);
const began = performance.now();
const forks = Array.from({ length: children }, () =>
  new Process(
    () => {
      process.stdin.resume();
      process.stdout.write(`${sum()}\n`);
      return new Promise(() => {});
    },
    { startMethod: "fork", stdin: "pipe", stdout: "pipe" },
  ).start(),
);
const read = await Promise.all(forks.map(({ stdout }) => new Promise((resolve) => stdout.once("data", resolve))));
const ms = performance.now() - began;
for (const one of read) if (Number(one) !== wanted) throw new Error(`a child read ${one}, not ${wanted}`);
const after = [process.pid, ...forks.map(({ pid }) => pid)].reduce((all, pid) => all + pss(pid), 0);
for (const fork of forks) fork.kill();
await Promise.all(forks.map((fork) => fork.join()));
console.log(JSON.stringify({ children, before, after, ms }));
