/** A page of the site: its title in the sidebar, its source from the repository's root, and its address. */
export interface Page {
  readonly title: string;
  readonly source: string;
  /** The address without `.html`, from the root of the site. */
  readonly address: string;
}

export interface Section {
  readonly title: string;
  readonly pages: readonly Page[];
}

const page = (title: string, source: string, address: string): Page => ({ title, source, address });
const own = (title: string, address: string): Page => page(title, `docs/${address}.md`, address);
const guide = (title: string, name: string): Page => page(title, `packages/process/docs/${name}.md`, `guide/${name}`);

/**
 * Every page but the generated ones, in the order of the sidebar. A page that is part of a package stays there: npm
 * ships it, and the repository shows it. The address of such a page does not name its folder.
 */
export const sections: readonly Section[] = [
  {
    title: "Guide",
    pages: [
      own("Getting started", "guide/getting-started"),
      page("Limits and promises", "packages/process/README.md", "guide/overview"),
      guide("Installing", "install"),
      guide("Start methods", "starting"),
      guide("Functions and data", "targets"),
      guide("Pools", "pools"),
      guide("Pools behind a server", "services"),
      guide("Supervisors", "supervisor"),
      page("A pool on many machines", "packages/cluster/README.md", "guide/cluster"),
      guide("Sharing", "shared-objects"),
      own("Managers and other programs", "guide/managers"),
      own("fork and its risks", "guide/fork"),
      page("Benchmarking", "packages/bench/README.md", "guide/benchmarking"),
      guide("Traces and deadlocks", "tracing"),
      own("Errors", "guide/errors"),
      guide("Signals and endings", "endings"),
      guide("Security", "security"),
      guide("What works with what", "support"),
      own("Windows, macOS and Linux", "guide/platforms"),
    ],
  },
  {
    title: "Coming from",
    pages: [
      guide("Python", "coming-from-python"),
      own("piscina", "coming-from/piscina"),
      own("workerpool", "coming-from/workerpool"),
      own("comlink", "coming-from/comlink"),
      own("worker_threads", "coming-from/worker-threads"),
    ],
  },
  {
    title: "Recipes",
    pages: [
      own("All recipes", "recipes/index"),
      own("fastify", "recipes/fastify"),
      own("Next", "recipes/next"),
      own("Progress", "recipes/progress"),
      own("Cancel on disconnect", "recipes/cancel"),
      own("Big arrays", "recipes/big-arrays"),
      own("Initialisers", "recipes/initialisers"),
      own("Graceful shutdown", "recipes/shutdown"),
      own("Observability", "recipes/observability"),
    ],
  },
  {
    title: "Operating systems: a course",
    pages: [
      own("1. Process and program", "course/1-process"),
      own("2. Memory space", "course/2-memory-space"),
      own("3. States", "course/3-states"),
      own("4. The control block", "course/4-control-block"),
      own("5. fork and spawn", "course/5-fork-and-spawn"),
      own("6. exec, exit and wait", "course/6-exec-exit-wait"),
      own("7. Pipes, shared memory and queues", "course/7-communication"),
      own("8. Scheduling and speed-up", "course/8-speed-up"),
    ],
  },
  {
    title: "Internals",
    pages: [
      page("Architecture", "ARCHITECTURE.md", "internals/architecture"),
      page("Functions as data", "packages/process/src/callable/README.md", "internals/functions"),
      page("Shared memory", "packages/process/src/memory/README.md", "internals/memory"),
      page("Forking Node", "packages/process/src/posix/README.md", "internals/fork"),
      page("Private parts of Node", "INTERNALS.md", "internals/node"),
      page("Figures", "benchmarks/README.md", "internals/figures"),
      page("Security model", "SECURITY.md", "internals/security"),
      page("Decisions", "decisions/README.md", "internals/decisions/index"),
      page("Versions and stability", "VERSIONING.md", "internals/versioning"),
      page("Contributing", "CONTRIBUTING.md", "internals/contributing"),
      page("Behaviours of CPython that differ", "conformance-exceptions.md", "internals/conformance-exceptions"),
    ],
  },
];

const home = page("manyhands", "docs/index.md", "index");
const bySource = new Map([home, ...sections.flatMap(({ pages }) => pages)].map((item) => [item.source, item.address]));

/** The address of a page by its source, or `undefined` when the site does not have it. */
export function findAddress(source: string): string | undefined {
  const decision = /^decisions\/(.+)\.md$/.exec(source)?.[1];
  const generated = /^docs\/(api\/.+)\.md$/.exec(source)?.[1];
  return bySource.get(source) ?? generated ?? (decision && `internals/decisions/${decision}`);
}

/** Whether the site has a page of the repository: not those of aliases, changelogs, and what the home page says. */
export function isOnSite(source: string): boolean {
  return !/^\.|^(README\.md|packages\/manyhands.*\/README\.md)$|(^|\/)CHANGELOG\.md$/.test(source);
}
