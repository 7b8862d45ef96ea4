// Runs all benchmarks, or the named ones, and writes each output into README.md. A benchmark that fails or takes too
// long keeps its earlier output, which is marked; the others still run. Exits with 1 when one failed or a gate is
// broken.
//
// Usage: node run.js [benchmark…], by the names of the scripts in package.json
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { markOld, renew } from "./readme.js";

/** Time limits for one benchmark and for all, in milliseconds. */
const limits = { each: 300_000, all: 1_500_000 };

/**
 * @param {Record<string, string>} questions the program of each.
 * @param {{ page: string, limitsMs?: { each: number, all: number }, quiet?: boolean }} options `page`: the file to
 *   write into.
 * @returns {Promise<boolean>} whether each succeeded and every gate was kept.
 */
export async function ask(questions, { page, limitsMs = limits, quiet = false }) {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-benchmarks-"));
  const outcomes = [];
  const log = quiet ? () => {} : console.log;
  const end = performance.now() + limitsMs.all;
  try {
    for (const [at, [question, program]] of Object.entries(questions).entries()) {
      log(`\n── ${question} (${at + 1} of ${Object.keys(questions).length}) ──\n`);
      const began = performance.now();
      const limitMs = Math.min(limitsMs.each, end - began);
      const answer = await answerOf(program, { file: join(folder, `${at}.json`), limitMs, quiet });
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      const today = new Date().toISOString().slice(0, 10);
      const old = readFileSync(page, "utf8");
      writeFileSync(
        page,
        "parts" in answer ? renew(old, question, answer.parts) : markOld(old, question, `on ${today}: ${answer.why}`),
      );
      outcomes.push({ question, seconds, ...answer });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  log("");
  for (const outcome of outcomes) log(summary(outcome));
  return outcomes.every(({ parts }) => parts?.every(({ kept }) => kept !== false));
}

/** Runs a program. Kills it and its children when it takes too long, or when this program is interrupted. */
async function answerOf(program, { file, limitMs, quiet }) {
  if (limitMs <= 0) return { why: "the time limit for all benchmarks was reached" };
  const child = spawn(process.execPath, [program], {
    stdio: ["ignore", ...(quiet ? ["ignore", "ignore"] : ["inherit", "inherit"])],
    env: { ...process.env, BENCHMARK_ANSWER: file },
    detached: true,
  });
  const end = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // The process group has ended.
    }
  };
  const interrupt = (signal) => {
    end();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupt);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, limitMs);
  const [code, signal] = await once(child, "exit");
  clearTimeout(timer);
  end();
  for (const name of ["SIGINT", "SIGTERM"]) process.off(name, interrupt);
  if (late) return { why: `it took longer than ${(limitMs / 1000).toFixed(0)} s` };
  try {
    return { parts: JSON.parse(readFileSync(file, "utf8")) };
  } catch {
    return { why: `its program ended with ${signal ?? code} without an output` };
  }
}

function summary({ question, seconds, parts, why }) {
  const began = `${question.padEnd(16)} ${seconds.padStart(4)} s  `;
  if (parts === undefined) return `${began}FAILED: ${why}; its earlier output is kept`;
  const gates = parts.filter(({ kind }) => kind === "gate");
  const broken = gates.filter(({ kept }) => kept === false);
  const unjudged = gates.filter(({ kept }) => kept === undefined);
  return [
    `${began}${gates.length - broken.length - unjudged.length} of ${gates.length} gates kept`,
    ...broken.map(({ what }) => `BROKEN ${what}`),
    ...unjudged.map(({ what }) => `not judged ${what}`),
  ].join("; ");
}

/** The benchmarks of package.json: the scripts that run one program. */
function questionsOf(folder) {
  const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.fromEntries(
    Object.entries(scripts)
      .map(([name, command]) => [name, /^node (\S+\/\S+\.js)$/.exec(command)?.[1]])
      .filter(([, program]) => program !== undefined)
      .map(([name, program]) => [name, join(folder, program)]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const all = questionsOf(import.meta.dirname);
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => !(name in all));
  if (unknown.length > 0) {
    console.error(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(all).join(", ")}`);
    process.exit(2);
  }
  const wanted = named.length === 0 ? all : Object.fromEntries(named.map((name) => [name, all[name]]));
  const good = await ask(wanted, { page: join(import.meta.dirname, "README.md") });
  process.exitCode = good ? 0 : 1;
}
