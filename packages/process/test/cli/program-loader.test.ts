import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { programIn } from "../../src/cli/program-loader.ts";

describe("programIn", () => {
  const help = execFileSync(process.execPath, ["--help"], { encoding: "utf8" });
  const lines = help.split("\n").filter((line) => /^ {2}-[^=[]*=(\.\.\.|\[)/.test(line));
  const options = lines.flatMap((line) => line.trim().split("=")[0]?.split(", ") ?? []);
  // They run something else than a program.
  const others = /^-e$|--(eval|run|test|experimental-test|bench|build|experimental-sea|watch|network)/;
  // Their value stands behind a "=" only.
  const withOwnValue = /config-file$/;

  it.each(options.filter((option) => !others.test(option) && !withOwnValue.test(option)))(
    "takes the value of %s for no program",
    (option) => {
      expect(programIn([option, "value", "main.js", "argument"])).toBe("main.js");
      expect(programIn([`${option}=value`, "main.js", "argument"])).toBe("main.js");
    },
  );

  it("finds no program behind options alone", () => {
    expect(options.length).toBeGreaterThan(20);
    expect(programIn(["--import", "tsx"])).toBeUndefined();
    expect(programIn(["--inspect", "--no-warnings"])).toBeUndefined();
  });
});
