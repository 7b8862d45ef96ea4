// Packs the package, installs it into a project of each kind in projects.js, and runs that. Needs the npm registry,
// and takes some minutes.
//
// Usage: node test/install/install.js [project…]
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { answer, projects } from "./projects.js";

const quiet = "--silent --no-audit --no-fund --prefer-offline";
const installCommands = {
  npm: (tarball, packages) => [`npm install ${quiet} "${tarball}" ${packages.join(" ")}`],
  pnpm: (tarball) => [`npx --yes pnpm@9 add --silent "${tarball}"`],
  yarn: (tarball) => [
    "npx --yes @yarnpkg/cli-dist@4 init --private",
    "npx --yes @yarnpkg/cli-dist@4 config set nodeLinker pnp",
    `npx --yes @yarnpkg/cli-dist@4 add "@manyhands/process@file:${tarball}"`,
  ],
};

const root = join(import.meta.dirname, "../..");
const named = process.argv.slice(2);
const chosen = named.length === 0 ? Object.keys(projects) : named;

const folder = mkdtempSync(join(tmpdir(), "manyhands-install-"));
try {
  const tarball = pack("process");
  const results = chosen.map((name) => [name, runProject(name, tarball)]);
  for (const [name, fault] of results)
    console.log(`${fault === undefined ? "ok    " : "FAILED"} ${name}${fault ?? ""}`);
  const failed = results.filter(([, fault]) => fault !== undefined).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack(name) {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: join(root, "packages", name) });
  const [file] = readdirSync(folder).filter((entry) => entry.includes(`-${name}-`));
  return join(folder, file);
}

/** Installs and runs a project. Returns what failed, or `undefined`. */
function runProject(name, tarball) {
  const { install = [], files, run, manager = "npm" } = projects[name];
  const project = join(folder, name.replaceAll(/\W+/g, "-"));
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  const commands = [...installCommands[manager](tarball, install), ...run];
  let output = "";
  for (const command of commands) {
    const path = `${join(project, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
    const { status, stdout, stderr } = spawnSync(command, {
      cwd: project,
      shell: true,
      encoding: "utf8",
      timeout: 300_000,
      env: { ...process.env, PATH: path, NEXT_TELEMETRY_DISABLED: "1", CI: "1", NODE_OPTIONS: "" },
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of terminals
    output = (stdout + stderr).replace(/\u001b\[[\d;]*m/g, "");
    if (status !== 0) return `\n  ${command} exited with ${status}:\n${indent(output)}`;
  }
  return output.includes(answer) ? undefined : `\n  did not print ${answer}:\n${indent(output)}`;
}

function indent(text) {
  return text.trim().split("\n").slice(-15).join("\n    ");
}
