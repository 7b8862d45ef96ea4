// How piscina comes to a thread's program: it tries `require` before `import()`. A module that is required is linked in one go, and
// a thread that is ended in the midst of that ends the whole process (V8: "IsGraphAsync must be used on an instantiated module"). And
// tsx makes CommonJS of what is required, with copies of all that it imports, which know nothing of what import() gives later.
exports.work = (birth) => import("./pool-thread.js").then(({ work }) => work(birth));
