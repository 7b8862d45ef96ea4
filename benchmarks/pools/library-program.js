// One library in a process of its own: runs a measurement for each IPC message, and answers with the milliseconds.
//
// Usage: node library-program.js <module> <export> <workers>, started by fork().
const [, , module, name, workers] = process.argv;
const library = (await import(`./library/${module}.js`))[name](Number(workers));

const range = (n) => Array.from({ length: n }, (_, i) => i);
const check = (results, expected) => {
  if (results.length !== expected.length) throw new Error(`${results.length} results`);
  for (let i = 0; i < expected.length; i++) if (results[i] !== expected[i]) throw new Error(`result ${i} is wrong`);
};
const map = library.map ?? ((job, args) => Promise.all(args.map((arg) => library.call(job, arg))));

/** Each checks its answer and returns the time. */
const questions = {
  async burst({ n }) {
    const args = range(n);
    const began = performance.now();
    const results = await Promise.all(args.map((x) => library.call("increment", x)));
    const took = performance.now() - began;
    check(results, range(n + 1).slice(1));
    return took;
  },
  async single({ n }) {
    const results = [];
    const began = performance.now();
    for (let x = 0; x < n; x++) results.push(await library.call("increment", x));
    const took = performance.now() - began;
    check(results, range(n + 1).slice(1));
    return took;
  },
  async million({ n }) {
    const args = range(n);
    const began = performance.now();
    const results = await map("increment", args);
    const took = performance.now() - began;
    check(results, range(n + 1).slice(1));
    return took;
  },
  async busy({ items }) {
    const began = performance.now();
    const results = await map("busy", items);
    const took = performance.now() - began;
    check(results, items);
    return took;
  },
};

await Promise.all(range(Number(workers) * 2).map(() => library.call("busy", 20)));
process.on("message", async ({ question, ...options }) => {
  try {
    process.send({ took: await questions[question](options) });
  } catch (error) {
    process.send({ error: String(error) });
  }
});
process.on("disconnect", async () => {
  await library.close();
  process.exit(0);
});
process.send({ ready: true });
