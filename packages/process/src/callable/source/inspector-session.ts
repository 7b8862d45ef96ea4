import { TargetError } from "../../base/errors.ts";

/** Asks V8's inspector, and gets the answer. */
export interface Post {
  (method: string, params?: object): Record<string, unknown>;
  /** Listens to what it tells unasked, until the function that is given back is called. */
  listen(event: string, listener: (params: object) => void): () => void;
}

/**
 * Opens a session with the inspector of this same thread. No port opens, and a debugger that is attached is not disturbed.
 *
 * @returns how to ask, and how to end the session.
 * @throws {TargetError} when this Node has no inspector, or its use is not permitted.
 */
export function openSession(): { readonly post: Post; readonly close: () => void } {
  try {
    const { Session } = process.getBuiltinModule("node:inspector");
    const session = new Session();
    session.connect();
    const ask = (method: string, params?: object): Record<string, unknown> => {
      let failure: Error | null = null;
      let answer: object | undefined;
      session.post(method, params, (error: Error | null, value?: object) => {
        failure = error;
        answer = value;
      });
      if (failure !== null) throw new Error(`Cannot ask V8: ${method} failed`, { cause: failure });
      return answer as Record<string, unknown>;
    };
    const listen: Post["listen"] = (event, listener) => {
      const hear = ({ params }: { params: object }) => listener(params);
      session.on(event, hear);
      return () => session.off(event, hear);
    };
    return { post: Object.assign(ask, { listen }), close: () => session.disconnect() };
  } catch (cause) {
    throw new TargetError(
      "Cannot find where a function was defined: this Node has no inspector or does not permit its use; " +
        "export the function from a module and start { module: new URL(…), name }",
      { cause },
    );
  }
}
