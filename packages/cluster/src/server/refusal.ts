import type { AdmissionOptions } from "../code/admission.ts";
import { hashOfFile, isOwnModule } from "../code/program-file.ts";
import { rootPath } from "../code/roots.ts";
import { protocol, type SeatRequest } from "../wire/seat-message.ts";

/**
 * Why a worker program cannot serve a seat: the first reason that is found.
 *
 * @param request the request, whose proof was checked.
 */
export function refusalOf(request: SeatRequest, { roots, allowsCode }: AdmissionOptions): string | undefined {
  const { needs, host, root: clientRoot } = request;
  if (request.protocol !== protocol) {
    return `its protocol is ${protocol} and that of ${host} is ${request.protocol}; install the same version of @manyhands/cluster`;
  }
  if (needs.code && !allowsCode) {
    return "the initializer is code and it takes none; write an export of a module, or start it with --allow-code";
  }
  const own = rootPath(roots.program);
  for (const [path, hash] of needs.modules) {
    const url = `${roots.program}${path}`;
    const found = isOwnModule(url, roots.program) ? hashOfFile(url) : undefined;
    if (found === hash) continue;
    const there = `${clientRoot} on ${host}`;
    if (found === undefined)
      return `its root ${own} has no ${path}, which is below ${there}; start it with --root FOLDER`;
    return differs(path, `below its root ${own}`, `below ${there}`);
  }
  return undefined;
}

function differs(path: string, here: string, there: string): string {
  return `${path} ${here} differs from that ${there}; install the same version of the program`;
}
