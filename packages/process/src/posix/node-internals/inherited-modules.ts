import { examinePart, expectPart, type InternalCheck } from "./internal-check.ts";
import { requireInternal } from "./internal-module.ts";

/** Node's object for one module that it loads. */
interface ModuleJob {
  readonly url: string;
  readonly module: ModuleWrap | undefined;
  readonly modulePromise: unknown;
  /** The jobs of the modules that this one imports; a promise in Node 20 and 22. */
  readonly linked: unknown;
}

interface ModuleWrap {
  getStatus(): number;
  getNamespace(): Record<string, unknown>;
  evaluate(timeout: number, breakOnSigint: boolean): Promise<unknown>;
}

/** V8's statuses of a module. One that awaits something at its top level is "evaluated" already. */
const [instantiated, evaluated, errored] = [2, 4, 5];

/** How many microtasks after `import()` the job of its module exists, at most. */
const longestResolve = 100;

/** What the parent had loaded when it was forked. */
let inherited = new Set<ModuleJob>();
/** Of these, the ones whose code was on the stack, or that were not linked: V8 fails them when the stack is left. */
let interrupted = new Set<ModuleJob>();

/** Node's jobs by URL. Its values have a job for each type of module; `get()` returns that of JavaScript. */
interface LoadCache {
  get(url: string): ModuleJob | undefined;
  values(): Iterable<Record<string, ModuleJob>>;
}

function loadCache(): LoadCache {
  const { getOrInitializeCascadedLoader } = requireInternal<{
    getOrInitializeCascadedLoader(): { readonly loadCache: LoadCache };
  }>("internal/modules/esm/loader");
  return getOrInitializeCascadedLoader().loadCache;
}

function allJobs(): ModuleJob[] {
  return [...loadCache().values()].flatMap((byType) => Object.values(byType)).filter(isJob);
}

/** Records which modules are loaded or being loaded, in a child that was just forked, before it runs anything. */
export function recordInheritedModules(): void {
  const jobs = allJobs();
  inherited = new Set(jobs);
  interrupted = new Set(jobs.filter(({ module }) => module === undefined || module.getStatus() < evaluated));
}

/**
 * The namespace of a module that the parent had loaded, or was evaluating, when it was forked.
 *
 * @returns `undefined` when the parent had not linked it, or its evaluation failed.
 */
export function inheritedNamespace(url: string): Record<string, unknown> | undefined {
  const job = jobOf(url);
  if (job?.module === undefined || !inherited.has(job)) return undefined;
  const status = job.module.getStatus();
  if (status < instantiated || (status === errored && !interrupted.has(job))) return undefined;
  return job.module.getNamespace();
}

/**
 * Finds a module that a module imports, itself or through others, and that never finishes in this fork: its evaluation
 * was under way in the parent.
 *
 * @param url a module that is being imported.
 * @returns the URL of the module that does not finish; `undefined` when there is none.
 */
export async function findUnfinishedImport(url: string): Promise<string | undefined> {
  const seen = new Set<ModuleJob>();
  const search = async (job: ModuleJob | undefined): Promise<string | undefined> => {
    if (job === undefined || seen.has(job)) return undefined;
    seen.add(job);
    if (inherited.has(job)) return isUnfinished(job) ? job.url : undefined;
    await job.modulePromise;
    // Node's array has no prototype, so it is not iterable.
    for (const imported of Array.from((await job.linked) as ArrayLike<ModuleJob>)) {
      const found = await search(imported);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  // Node makes the job a few microtasks after import() is called.
  for (let i = 0; i < longestResolve && jobOf(url) === undefined; i++) await undefined;
  // A module that cannot be loaded or linked fails its import, which reports that.
  return await search(jobOf(url)).catch(() => undefined);
}

function isUnfinished(job: ModuleJob): boolean {
  const { module } = job;
  if (interrupted.has(job) || module === undefined) return true;
  if (module.getStatus() !== evaluated) return false;
  // The promise of the evaluation that has begun: nothing runs again.
  const evaluation = module.evaluate(-1, false);
  evaluation.catch(() => {});
  return process.getBuiltinModule("node:util").inspect(evaluation).includes("<pending>");
}

function jobOf(url: string): ModuleJob | undefined {
  const job = loadCache().get(url);
  return isJob(job) ? job : undefined;
}

function isJob(job: unknown): job is ModuleJob {
  return typeof job === "object" && job !== null && "modulePromise" in job;
}

/** Whether Node's cache of modules has, for each, its job with the module, its status and its imports. */
export function check(): InternalCheck {
  return examinePart("modules being loaded", () => {
    const job = allJobs().find(({ module }) => module?.getStatus() === evaluated);
    expectPart(job !== undefined && jobOf(job.url) === job, "the cache to find a job by its URL");
    expectPart(job?.module !== undefined, "the module loader to have the job of an evaluated module");
    expectPart("linked" in job, "the job of a module to have those of its imports");
    expectPart(job.module.evaluate(-1, false) instanceof Promise, "evaluate() of a module to return a promise");
    expectPart(typeof job.module.getNamespace() === "object", "getNamespace() to return an object");
    return "the loader's cache has each module's job, status and namespace";
  });
}
