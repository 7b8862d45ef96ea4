import type { Flow, Subject, WaitDetails } from "../../base/observer.ts";

interface HeldUnit {
  readonly resource: string;
  readonly flow: Flow | undefined;
}

/** What a wait holds: units that are held until it ends, and those that other code of its thread may release before. */
export interface Holds {
  readonly holds: readonly string[];
  readonly releasable: readonly string[];
}

/** The locks that this thread holds, each by the flow that acquired it. */
export class HeldLocks {
  readonly #units: HeldUnit[] = [];
  /** How many functions hold a lock that `hold()` releases at their end. */
  readonly #scopes = new Map<string, number>();

  taken({ id }: Subject, flow: Flow | undefined): void {
    this.#units.push({ resource: id, flow });
    if (flow !== undefined) flow.locksOwned += 1;
  }

  released({ id }: Subject): void {
    const at = this.#units.findLastIndex(({ resource }) => resource === id);
    if (at === -1) return;
    const [{ flow }] = this.#units.splice(at, 1) as [HeldUnit];
    if (flow !== undefined) flow.locksOwned -= 1;
  }

  scope(edge: "begins" | "ends", { id }: Subject): void {
    const count = (this.#scopes.get(id) ?? 0) + (edge === "begins" ? 1 : -1);
    if (count > 0) this.#scopes.set(id, count);
    else this.#scopes.delete(id);
  }

  /** What a wait of a flow holds. A blocked thread holds all that any of its flows holds, and can release nothing. */
  of({ isBlocking, flow }: WaitDetails): Holds {
    if (isBlocking) return { holds: this.#units.map(({ resource }) => resource), releasable: [] };
    const flows = new Set<Flow>();
    for (let at = flow; at !== undefined; at = at.parent) flows.add(at);
    const held = this.#units.filter((unit) => unit.flow !== undefined && flows.has(unit.flow));
    const resources = held.map(({ resource }) => resource);
    return {
      holds: resources.filter((each) => this.#scopes.has(each)),
      releasable: resources.filter((each) => !this.#scopes.has(each)),
    };
  }
}
