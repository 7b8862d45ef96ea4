import { readFileSync } from "node:fs";
import { text } from "./flag.ts";

/** The flags of a command that connects to a server with TLS. */
export const tlsFlags = {
  "tls-ca": text("FILE", undefined, {
    help: "the certificate authorities of a rediss:// URL, as PEM",
    initially: " (Node's, and those of NODE_EXTRA_CA_CERTS)",
  }),
  "tls-cert": text("FILE", undefined, { help: "this program's certificate for a rediss:// URL, as PEM" }),
  "tls-key": text("FILE", undefined, { help: "the key of --tls-cert, as PEM" }),
};

/** The context of a command with flags that name files. */
interface FileContext<Name extends string> {
  readonly values: Readonly<Record<Name, string | undefined>>;
  refuse(message: string): never;
}

/** Options of Node's `tls.connect()`, as the flags give them. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Reads the files of {@link tlsFlags}; `undefined` when none of the flags is given. */
export function readTlsFlags(context: FileContext<keyof typeof tlsFlags>): TlsFiles | undefined {
  const [ca, cert, key] = (["tls-ca", "tls-cert", "tls-key"] as const).map((flag) => readFileFlag(context, flag));
  return (ca ?? cert ?? key) === undefined ? undefined : { ca, cert, key };
}

/** The text of the file that a flag names; `undefined` when it is not given. Refuses a file that cannot be read. */
export function readFileFlag<Name extends string>(
  { values, refuse }: FileContext<Name>,
  flag: Name,
): string | undefined {
  const file = values[flag];
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return refuse(`cannot read --${flag}: ${(error as Error).message}`);
  }
}
