// Piscina tries `require` before `import()`, so this file is CommonJS and imports the thread's program itself. With
// `require` of the program two things would go wrong. A required module is linked in one step, and terminating the
// thread during that step aborts the whole process (V8: "IsGraphAsync must be used on an instantiated module"). And
// tsx compiles a required module to CommonJS, with separate copies of its imports, whose state `import()` does not
// share.
exports.work = (start) => import("./pool-thread.js").then(({ work }) => work(start));
