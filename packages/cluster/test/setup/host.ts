import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "./worker-program.ts";

const tasks = "packages/cluster/test/fixture/tasks.js";
/** The first two numbers of the addresses of hosts. Test files that run at the same time take different ones. */
const network = `10.${64 + (process.pid % 64)}`;

/** Whether this program may make hosts: namespaces of the network, of mounts and of the name of the machine. */
export const mayMakeHosts =
  spawnSync("ip", ["netns", "list"]).status === 0 && spawnSync("unshare", ["-nmu", "true"]).status === 0;

/**
 * A host of a test: a network namespace with a line to this machine, whose programs have a host name, a root folder and
 * a /dev/shm of their own.
 */
export class TestHost {
  readonly name: string;
  /** The address of this machine on the line. */
  readonly gateway: string;
  /** The folder of the program there, with the module of the tests' tasks. */
  readonly root: string;
  readonly #namespace: string;
  readonly #link: string;

  constructor(number: number) {
    this.name = `machine-${number}`;
    this.#namespace = `manyhands-${process.pid}-${number}`;
    this.#link = `mh${process.pid}-${number}`;
    this.gateway = `${network}.${number}.1`;
    const far = `${this.#link}f`;
    ip("netns", "add", this.#namespace);
    ip("link", "add", this.#link, "type", "veth", "peer", "name", far, "netns", this.#namespace);
    ip("addr", "add", `${this.gateway}/24`, "dev", this.#link);
    ip("link", "set", this.#link, "up");
    ip("-n", this.#namespace, "addr", "add", `${network}.${number}.2/24`, "dev", far);
    for (const link of [far, "lo"]) ip("-n", this.#namespace, "link", "set", link, "up");
    this.root = mkdtempSync(join(tmpdir(), `${this.name}-`));
    mkdirSync(join(this.root, dirname(tasks)), { recursive: true });
    writeFileSync(join(this.root, "package.json"), '{ "type": "module" }');
    copyFileSync(join(repository, tasks), join(this.root, tasks));
  }

  /** The words of the command that is Node on this host. */
  get node(): string[] {
    const script = `hostname ${this.name} && mount -t tmpfs shm /dev/shm && exec "$0" "$@"`;
    return [
      "ip",
      "netns",
      "exec",
      this.#namespace,
      "unshare",
      "--mount",
      "--uts",
      "sh",
      "-c",
      script,
      process.execPath,
    ];
  }

  /** Cuts its line: packets are lost in both directions. */
  cut(): void {
    ip("link", "set", this.#link, "down");
  }

  restore(): void {
    ip("link", "set", this.#link, "up");
  }

  remove(): void {
    ip("netns", "del", this.#namespace);
    rmSync(this.root, { recursive: true });
  }
}

function ip(...words: string[]): void {
  execFileSync("ip", words);
}
