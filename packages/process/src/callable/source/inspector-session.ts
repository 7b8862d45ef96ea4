import { TargetError } from "../../base/errors.ts";
import { isDenied } from "../../base/permission.ts";

/** Calls a method of V8's inspector synchronously, and gives its result. */
export interface InspectorPost {
  (method: string, params?: object): Record<string, unknown>;
  /** Adds a listener for an event, and gives the function that removes it. */
  listen(event: string, listener: (params: object) => void): () => void;
}

/**
 * Opens a session with the inspector of this thread. It opens no port and does not disturb an attached debugger.
 *
 * @throws {TargetError} when this Node has no inspector, or its options forbid it.
 */
export function openInspectorSession(): { readonly post: InspectorPost; readonly close: () => void } {
  try {
    const { Session } = process.getBuiltinModule("node:inspector");
    const session = new Session();
    session.connect();
    const call = (method: string, params?: object): Record<string, unknown> => {
      let failure: Error | null = null;
      let answer: object | undefined;
      session.post(method, params, (error: Error | null, value?: object) => {
        failure = error;
        answer = value;
      });
      if (failure !== null) throw new Error(`Cannot ask V8: ${method} failed`, { cause: failure });
      return answer as Record<string, unknown>;
    };
    const listen: InspectorPost["listen"] = (event, listener) => {
      const onEvent = ({ params }: { params: object }) => listener(params);
      session.on(event, onEvent);
      return () => session.off(event, onEvent);
    };
    return { post: Object.assign(call, { listen }), close: () => session.disconnect() };
  } catch (cause) {
    const fault = "Cannot find where a function was defined: this Node has no inspector or its options forbid it";
    const byModule = "export the function from a module and start { module: new URL(…), name }";
    const mayPermit = isDenied(cause) && process.allowedNodeEnvironmentFlags.has("--allow-inspector");
    const message = mayPermit
      ? `${fault}; start the program with --allow-inspector, or ${byModule}`
      : `${fault}; ${byModule}`;
    throw new TargetError(message, { cause });
  }
}
