import { isForm, type Translator } from "./form.ts";

/**
 * A Buffer arrives as a Buffer rather than a Uint8Array. Only its own bytes are sent, not the pool that it is a slice
 * of.
 */
export const bufferTranslator: Translator<Buffer> = {
  kind: "buffer",
  matches: (value) => Buffer.isBuffer(value),
  write: (buffer) => new Uint8Array(buffer),
  begin(data) {
    const bytes = data as Uint8Array;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  },
};

/** A URL, which structured clone would turn into an empty object. */
export const urlTranslator: Translator<URL> = {
  kind: "url",
  matches: (value) => value instanceof URL,
  write: (url) => url.href,
  begin: (data) => new URL(data as string),
};

/** A DOMException, with which aborted calls reject. Node 20 would turn it into an empty object. */
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

/** A user's object that looks like a form: it is sent as a list of its entries. */
export const lookalikeTranslator: Translator = {
  kind: "lookalike",
  matches: isForm,
  write: (value) => Object.entries(value),
  begin: () => ({}),
  fill: (value, data) => {
    Object.assign(value, Object.fromEntries(data as [string, unknown][]));
  },
};
