// prctl(2): the signal that a process gets when its parent dies; 0 for none.
const PR_SET_PDEATHSIG = 1;

/**
 * Takes back what a spawned process is born with on Linux: that the kernel ends it together with its parent. Does nothing
 * where there is nothing to take back.
 */
export function outliveParent(): void {
  if (process.platform !== "linux") return;
  try {
    const koffi = process.getBuiltinModule("node:module").createRequire(import.meta.url)(
      "koffi",
    ) as typeof import("koffi");
    koffi.load(null).func("int prctl(int, unsigned long)")(PR_SET_PDEATHSIG, 0);
  } catch {
    // Without koffi the kernel's word stands: this process ends with its parent.
  }
}
