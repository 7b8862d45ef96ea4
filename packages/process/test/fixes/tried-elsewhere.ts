/** Fixes that another test tries: the file below `test/`, and the title of the test. */
export const triedElsewhere: Readonly<Record<string, readonly [file: string, title: string]>> = {
  "make it inside of the function that uses it": [
    "sync/barrier-action.test.ts",
    "is refused when the barrier is sent and it cannot be sent",
  ],
  "a module that Node loads before the program, such as a loader, may have begun them: await setTimeout(100), of node:timers/promises":
    ["process/fork-modules.test.ts", "is refused while a loader connects, and is forked as the error says"],
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
};
