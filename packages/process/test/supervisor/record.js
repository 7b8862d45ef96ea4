import { EventEmitter, once } from "node:events";

/** Keeps the events of a supervisor, and waits for them. */
export class Record {
  /** Each as text: `started a`. */
  lines = [];
  /** @type {import("@manyhands/process/supervisor").SupervisorEvent[]} */
  events = [];
  #emitter = new EventEmitter().setMaxListeners(100);

  onEvent = (event) => {
    this.events.push(event);
    this.lines.push(event.child === null ? event.edge : `${event.edge} ${event.child}`);
    this.#emitter.emit("event");
  };

  /** Resolves when an event was recorded so many times. */
  async until(line, count = 1) {
    while (this.lines.filter((each) => each === line).length < count) await once(this.#emitter, "event");
  }

  /** The events of these edges, in order. */
  of(...edges) {
    return this.lines.filter((line) => edges.includes(line.split(" ")[0]));
  }
}
