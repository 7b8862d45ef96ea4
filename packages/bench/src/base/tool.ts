import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** The name and the version of the program that writes a result. */
export const tool = { name: "@manyhands/bench", version: manifest.version } as const;
