/** Fixes that another test tries: the file below `test/`, and the title of the test. */
export const triedElsewhere: Readonly<Record<string, readonly [file: string, title: string]>> = {
  "start the program with --allow-fs-read=/proc": ["start/permission.test.ts", "works with all permissions"],
  "start the program with --allow-inspector, or export the function from a module and start { module: new URL(…), name }":
    ["callable/matrix.test.ts", "a function is refused with a fix, and a target given by its module runs"],
  'call setExecutable() with the path of a Node, or write startMethod: "thread"': [
    "process/program.test.ts",
    "starts children by threads or by another Node, and never itself again",
  ],
  "put what the child gets before join()": [
    "observe/join-deadlock.test.ts",
    "ends join() on a child that waits for a value of its parent",
  ],
  "read the queue before join(), or call close({ flush: false }) on it in the child": [
    "observe/join-deadlock.test.ts",
    "raises no alarm when the child drops the values that it keeps",
  ],
  "add retry: { attempts: 2 }": [
    "pool/speculate.test.ts",
    "takes the answer of the second run of a straggler, once, and ends the first",
  ],
  "release the lock before join()": [
    "observe/join-deadlock.test.ts",
    "ends join() on a child that waits for a lock of its parent",
  ],
  "acquire locks in the same order everywhere": [
    "observe/deadlock.test.ts",
    "does not end flows of one thread of which one is slow",
  ],
  "set MANYHANDS_TRACE to a file in a folder that this user can write to": [
    "observe/trace.test.ts",
    "refuses a file beside which it cannot record, and records into another one",
  ],
  'use "spawn"': [
    "process/loaders.test.ts",
    "by fork are refused when the program has frozen Math, and start by spawn",
  ],
  "write another --out": ["observe/trace.test.ts", "draws a page into the file that --html and --out name"],
  "write 2 or more": [
    "pool/speculate.test.ts",
    "takes the answer of the second run of a straggler, once, and ends the first",
  ],
  "write 16 or more": [
    "process/memory-limit.test.ts",
    "start() by thread refuses a heap in which Node cannot boot a thread, and works with what it says",
  ],
  "fix its error first": ["observe/trace.test.ts", "says that a program failed before it could be recorded"],
  "name the folder that a traced program left": ["observe/trace.test.ts", "draws what a program that was killed left"],
  "release it first, or use an RLock": [
    "observe/deadlock.test.ts",
    "finds a cycle of two flows of one thread, and a lock that its holder acquires again",
  ],
  "trace a program that does": [
    "observe/trace.test.ts",
    "runs a TypeScript program with its arguments and exit code, and writes the trace",
  ],
  "make it inside of the function that uses it": [
    "sync/barrier-action.test.ts",
    "is refused when the barrier is sent and it cannot be sent",
  ],
  "a module that Node loads before the program, such as a loader, may have begun them: await setTimeout(100), of node:timers/promises":
    ["process/fork-modules.test.ts", "is refused while a loader connects, and is forked as the error says"],
  "call the function that instrument() gave": [
    "otel/otel.test.ts",
    "a second call is refused until the first is ended, and unknown options are",
  ],
  "call carryContext() at the top level of that module": [
    "storage/carry-context.test.ts",
    "every call of a Pool and an executor carries the values of its caller, and no other",
  ],
  "export the function from a module and start { module: new URL(…), name }": [
    "callable/matrix.test.ts",
    "a function is refused with a fix, and a target given by its module runs",
  ],
  "send a copy, such as new Uint8Array(bytes)": [
    "pool/machine-reach.test.ts",
    "memory that threads share is refused, and a copy of it arrives",
  ],
  "give the Manager the address { host, port } of a network interface, and an authKey": [
    "pool/machine-reach.test.ts",
    "a proxy is refused when only this machine can connect to its manager, and works otherwise",
  ],
  "call …() of a Manager with an address { host, port }, and send what it returns": [
    "pool/machine-reach.test.ts",
    "a proxy is refused when only this machine can connect to its manager, and works otherwise",
  ],
  "create a Listener with an address { host, port }, and call Client(address) in the task": [
    "pool/machine-reach.test.ts",
    "a Connection is refused, with the line to write",
  ],
  "listen or connect in the child, which gets the address": [
    "connection/listener.test.ts",
    "a child by %s connects and sends a message",
  ],
  "send the net.Socket before it is wrapped, and encrypt in the child": [
    "socket/refusals.test.ts",
    "servers and sockets with state of this process are refused, and the message names the one to send",
  ],
  "send the net.Socket that it uses": [
    "socket/refusals.test.ts",
    "servers and sockets with state of this process are refused, and the message names the one to send",
  ],
  'send a net.Server, and write in the child: server.on("connection", (socket) => own.emit("connection", socket))': [
    "socket/refusals.test.ts",
    "servers and sockets with state of this process are refused, and the message names the one to send",
  ],
  'await once(socket, "connect") first': [
    "socket/refusals.test.ts",
    "a socket that is not connected is refused, and is sent once it is",
  ],
  'await once(server, "listening") first': [
    "socket/refusals.test.ts",
    "a server that does not listen is refused, and is sent once it does",
  ],
  "listen with { exclusive: true }, or start the program without node:cluster": [
    "socket/refusals.test.ts",
    "a server of the primary process of node:cluster is refused, unless it is exclusive",
  ],
  "let the sender run until the receiver has it, and send it once for each receiver": [
    "socket/refusals.test.ts",
    "is received while the sender runs, and not after it has ended",
  ],
  "send it first, or await recv()": [
    "socket/refusals.test.ts",
    "a connection on which recv() waits is refused, and is sent before that",
  ],
  "pass the … in the args of a Process, to a pool, or through a Pipe or a Queue": [
    "socket/refusals.test.ts",
    "sockets are not sent over sockets and to managers, but through a Queue",
  ],
  "write await get() or await recv()": ["socket/refusals.test.ts", "a socket is not received at once, but by get()"],
  "send it once for each receiver": [
    "memory/memory-in-transit.test.ts",
    "memory is received once for each time that it was sent",
  ],
  "write a view, such as Buffer.alloc(1024)": [
    "connection/connection-contract.ts",
    "recvBytesInto() writes a message into a buffer, or keeps it in the error when the buffer is too short",
  ],
  "write …": ["sync/index-access.test.ts", "throws, and the error names the method that works"],
  "write …, or …": ["sync/index-access.test.ts", "throws, and the error names the method that works"],
  "make it in the child, and send the data from which it can be made": [
    "callable/classes.test.ts",
    "works in the two ways that the error names: private by TypeScript, or created in the child",
  ],
  "export it from a module and start { module: new URL(…), name }": [
    "callable/matrix.test.ts",
    "a function sent as text is refused with the reason, and an exported one runs",
  ],
  "give Listener and Client the same authKey": [
    "connection/received-values.test.ts",
    "is not attached to, unless the stranger proves that it has the key",
  ],
  'leave it external: esbuild --external:@manyhands/process, Rollup and Rolldown external: ["@manyhands/process"], webpack externals: ["@manyhands/process"], Vite ssr: { external: ["@manyhands/process"] }, Next outputFileTracingIncludes: { "/*": ["node_modules/{@manyhands/process,acorn,comlink,piscina}/**"] }':
    ["start/bundled.test.ts", "a start works in a bundle that leaves the package external, as the error says"],
  "make all imports find one copy: npm ls @manyhands/process lists them, npm dedupe or one version for all in package.json makes them one":
    ["start/two-copies.test.ts", "an object of another copy of the package is refused, and one copy takes its own"],
  "move what the child needs into a module of its own": [
    "callable/bundles.test.ts",
    "webpack's modules are evaluated in the child, but for the main module",
  ],
  "name the members that the function uses without that export, or write await import() inside of the function": [
    "callable/bundles.test.ts",
    "start() refuses a module that exports itself, and the fixes that it names work",
  ],
  "start the process in a function that is called when all modules are loaded, not at a module's top level": [
    "process/fork-modules.test.ts",
    "works so with a function that is called when all modules are loaded",
  ],
  "import it before the fork and use what import() gave, or use Node 22.18 or newer, which loads TypeScript without hooks":
    [
      "process/fork-modules.test.ts",
      "runs a TypeScript program's pools, executors and managers, with tsx on Node 20 too",
    ],
  "start children in a function that the program calls, or in the main process only: if (isMain(import.meta)) { … }": [
    "callable/callable.test.ts",
    "runs when the module guards its own starts with isMain()",
  ],
  "start children in a function that the program calls, or in the main process only: if (parentProcess() === null) { … }":
    ["process/start-while-importing.test.ts", "starts them once with that guard"],
  'mount it (mount -t proc proc /proc), or use "spawn"': [
    "process/few-resources.test.ts",
    "all return on %s, and a pool works",
  ],
  "start it by: npx manyhands run main.ts": [
    "posix/fork.test.ts",
    "forks a forked child again, and throws after execve() to a Node that is not fork-ready",
  ],
  "see … --help": ["cli/main.test.ts", "prints the options of a command by %s %s"],
  "try again later": ["cli/watch.test.ts", "ps names a program that does not answer, and lists the others"],
  'give both sides serializer: "pickle"': [
    "manager/python-manager.test.ts",
    "can be called by a client here, by pickles too",
  ],
  "create() an object": [
    "manager/python-manager.test.ts",
    "calls methods with keyword arguments, and returns plain data",
  ],
  'call new Manager({ address, authKey, serializer: "pickle" }).connect() in the child': [
    "manager/python-manager.test.ts",
    "is called by a child that connects by itself, and not by a proxy that is sent to it",
  ],
  "send None, bool, int, float, str, bytes, list, tuple, dict and set only": [
    "pickle/pickle.test.ts",
    "readPickle() reads random values of Python in the protocols 2 to 5",
  ],
  "send it flat": ["pickle/pickle.test.ts", "refuses values that nest too deep, also when shared values hide it"],
  "write plain data: { ...… }, a Map, an array or a Buffer": [
    "pickle/pickle.test.ts",
    "Python reads what writePickle() writes, and readPickle() what Python writes of it",
  ],
};
