let report: (() => void) | undefined;

/** Sets how this process reports to its parent that it is ready. Called once, when a child starts to run. */
export function setReadyReport(send: () => void): void {
  report = send;
}

/** Reports to the parent that this process is ready. Without effect in the main process, which has no parent. */
export function reportReady(): void {
  report?.();
}
