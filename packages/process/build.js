// Builds the package's JavaScript; tsc has checked the types and written the declarations.
//
// A child loads two files instead of one for each concept: at 0.3 ms a file, that is most of what starting a thread costs.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const here = fileURLToPath(new URL(".", import.meta.url));
const inFolder = (folder) => readdirSync(`${here}src/${folder}`).filter((file) => file.endsWith(".ts"));

// The roof: every public entry, every program that runs inside a child, and the command.
const roof = [...inFolder("."), ...inFolder("entry").map((file) => `entry/${file}`), "cli/main.ts"];
const input = Object.fromEntries(
  roof
    .filter((file) => existsSync(`${here}src/${file}`))
    .map((file) => [file.slice(0, -".ts".length), `${here}src/${file}`]),
);
const common = { cwd: here, platform: "node", external: (id) => !/^[./]/.test(id) };

const core = await reachedFrom([input["entry/thread"], input["entry/spawn"]]);
rmSync(`${here}dist/chunk`, { recursive: true, force: true });
/** One character beyond Latin would make V8 keep and read a whole file at two bytes a character. */
const ascii = {
  name: "ascii",
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (file.type === "chunk") file.code = file.code.replace(/[^\0-\x7f]/g, escapeCharacter);
    }
  },
};
const bundle = await rolldown({ ...common, input, plugins: [ascii] });
await bundle.write({
  dir: `${here}dist`,
  format: "esm",
  sourcemap: true,
  // What is compiled at every start is a quarter smaller without.
  comments: false,
  entryFileNames: "[name].js",
  chunkFileNames: "chunk/[name]-[hash].js",
  codeSplitting: { groups: [{ name: "core", test: (id) => core.has(id) && !Object.values(input).includes(id) }] },
});
await bundle.close();

function escapeCharacter(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The modules that are loaded with some programs, whatever those go on to load. */
async function reachedFrom(programs) {
  const reached = new Set();
  const reach = (context, id) => {
    if (reached.has(id)) return;
    reached.add(id);
    for (const next of context.getModuleInfo(id)?.importedIds ?? []) reach(context, next);
  };
  const collect = {
    name: "collect",
    buildEnd() {
      for (const id of programs) reach(this, id);
    },
  };
  const graph = await rolldown({ ...common, input: programs, plugins: [collect] });
  await graph.generate();
  await graph.close();
  return reached;
}
