/** The states of a process in textbooks on operating systems, as of `ProcessInfo`. */
export type ProcessState = "new" | "ready" | "running" | "waiting" | "zombie" | "terminated";
