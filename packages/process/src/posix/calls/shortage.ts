const codes = ["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EAGAIN", "EINTR", "ETOOMANYREFS"];

/**
 * Whether an error means that this process or the system lacks something now, such as a free descriptor. It says
 * nothing about the file or the process that the call was about: that one may exist and run.
 */
export function isShortage(error: unknown): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}
