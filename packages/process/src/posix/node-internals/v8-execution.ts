import { bindNodeSymbols, type OwnSymbols } from "../calls/own-symbols.ts";
import { examinePart, type InternalCheck } from "./internal-check.ts";

/** How V8 ends JavaScript that is under way. */
export interface V8Execution {
  /** Ends the JavaScript that is under way, as soon as it enters a function or repeats a loop. */
  terminate(): void;
  /** Sets whether JavaScript goes on after microtasks that were ended so. */
  resumeAfterMicrotasks(on: boolean): void;
}

let bound: V8Execution | undefined;

/** V8's functions, which Node exports for addons, bound by the first call. */
export function v8Execution(): V8Execution {
  bound ??= bindNodeSymbols(bind);
  return bound;
}

// The names of V8's methods as C++ compilers of the Itanium ABI write them.
function bind({ library }: OwnSymbols): V8Execution {
  const current = library.func("void *_ZN2v87Isolate10GetCurrentEv()");
  const terminate = library.func("void _ZN2v87Isolate18TerminateExecutionEv(void *)");
  const [addCallback, removeCallback] = [
    library.func("void _ZN2v87Isolate30AddMicrotasksCompletedCallbackEPFvPS0_PvES2_(void *, void *, void *)"),
    library.func("void _ZN2v87Isolate33RemoveMicrotasksCompletedCallbackEPFvPS0_PvES2_(void *, void *, void *)"),
  ];
  // A method without parameters takes the isolate as its first argument, as a callback does: it can be one.
  const cancel = library.symbol("_ZN2v87Isolate24CancelTerminateExecutionEv", "void *");
  return {
    terminate: () => terminate(current()),
    resumeAfterMicrotasks: (on) => (on ? addCallback : removeCallback)(current(), cancel, null),
  };
}

/** Whether Node exports the methods of V8. */
export function check(): InternalCheck {
  return examinePart("V8 execution", () => {
    v8Execution();
    return `V8 ${process.versions.v8} exports the methods of v8::Isolate`;
  });
}
