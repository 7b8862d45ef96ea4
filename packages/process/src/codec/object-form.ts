import { isForm, type Translator } from "./form.ts";

/** A Buffer arrives as a Buffer, not as a Uint8Array, and takes along its own bytes only, not the pool that it is a slice of. */
export const bufferTranslator: Translator<Buffer> = {
  kind: "buffer",
  matches: (value) => Buffer.isBuffer(value),
  write: (buffer) => new Uint8Array(buffer),
  begin(data) {
    const bytes = data as Uint8Array;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  },
};

/** A URL, which structured clone would make an empty object of. */
export const urlTranslator: Translator<URL> = {
  kind: "url",
  matches: (value) => value instanceof URL,
  write: (url) => url.href,
  begin: (data) => new URL(data as string),
};

/** What aborts reject with, and more of Node's; Node 20 would make an empty object of it. */
export const domExceptionTranslator: Translator<DOMException> = {
  kind: "dom-exception",
  matches: (value) => Object.prototype.toString.call(value) === "[object DOMException]",
  write: ({ message, name, stack, cause }) => ({ message, name, stack, ...(cause !== undefined && { cause }) }),
  begin(data) {
    const { message, name } = data as DOMException;
    return new DOMException(message, name);
  },
  fill(error, data) {
    for (const [key, value] of Object.entries(data as object)) {
      if (key === "stack" || key === "cause")
        Object.defineProperty(error, key, { value, writable: true, configurable: true });
    }
  },
};

/** A user's object that looks like a form: its one field travels under another name. */
export const lookalikeTranslator: Translator = {
  kind: "lookalike",
  matches: isForm,
  write: (value) => Object.entries(value),
  begin: () => ({}),
  fill: (value, data) => {
    Object.assign(value, Object.fromEntries(data as [string, unknown][]));
  },
};
