import fc from "fast-check";
import { expect, it } from "vitest";
import type { ProcessEvents } from "../../src/observe/model/read-events.ts";
import { makeTrace } from "../../src/observe/model/trace.ts";
import type { TraceEvent } from "../../src/observe/record/event.ts";

const shared = { version: 1, pid: 1, threadId: 0, tid: 1, startMethod: null, node: "", argv: [] } as const;

function recorded(id: string, parent: string | null, at: number, events: readonly TraceEvent[]): ProcessEvents {
  const header = { ...shared, id, parent, name: id };
  const byTime = [...events].sort((a, b) => (a[1] as number) - (b[1] as number));
  return { header, events: [["process", at, header], ...byTime], names: [{ id: "q", name: "queue" }], dropped: {} };
}

// A process may be held up between an act and its record, so that the other side records the effect first.
it("every arrow of a trace points forward in time, whichever side recorded first", () => {
  const time = fc.integer({ min: 1, max: 1000 });
  const times = [time, time, time, time, time, time, time, time, time, time, time, time, time] as const;
  const kinds = new Set<string>();
  fc.assert(
    fc.property(
      ...times,
      (born, started, exited, reaped, sent, settled, ran, duration, put, got, posted, received, ended) => {
        const edge = (at: number, name: "started" | "exited" | "reaped"): TraceEvent => [
          "child",
          at,
          name,
          "0.1",
          "child",
          null,
          0,
          1,
          0,
        ];
        const parent = recorded("0", null, 0, [
          edge(started, "started"),
          edge(exited, "exited"),
          edge(reaped, "reaped"),
          ["task", sent, "sent", 1, 0, 1],
          ["task", settled, "settled", 1, 0, 1],
          ["put", put, 0, 1, 8],
          ["sent", posted, 0, 1, 8],
        ]);
        const child = recorded("0.1", "0", born, [
          ["ran", born + ran, duration, 1, 0, 1],
          ["got", born + got, 0, 1, 8],
          ["received", born + received, 0, 1, 8],
          ["end", born + ended, 0],
        ]);
        for (const { kind, sentAt, receivedAt } of makeTrace([parent, child]).arrows) {
          kinds.add(kind);
          expect(sentAt, kind).toBeLessThanOrEqual(receivedAt);
        }
      },
    ),
    { numRuns: 1000 },
  );
  expect([...kinds].sort()).toEqual(["join", "message", "queue", "result", "start", "task"]);
});
