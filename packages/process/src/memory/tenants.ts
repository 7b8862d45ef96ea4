const wordsPerSlot = 6;
const idWord = 0;
const taskWord = 1;
const startWord = 2;
const bellWord = 3;
const kindWord = 4;
const claiming = 0x4000_0000;

/** Who a slot was given to. */
export interface Tenant {
  /** The full id: its slot and how often that was given. */
  readonly id: number;
  /** The operating system's number of the thread, or `worker_threads`' where only threads share. */
  readonly task: number;
  /** When that thread began, as the operating system counts; tells it from a later one with the same number. */
  readonly start: number;
  /** Whether the slot keeps the place for a receiver who has not come yet. */
  readonly isTicket: boolean;
}

/**
 * The table of those who share memory. Locks record their holder by its id in here, so that a later tenant of the same
 * slot is never taken for the one that died.
 *
 * Shape: one word, the number of slots that were ever used; then the slots, 6 words each.
 *   0  id: 0 never used; > 0 the tenant's id, `times given · slots + slot`; < 0 free, the last id negated;
 *      with bit 30 set, the slot is being filled in
 *   1  the tenant's task number
 *   2  when the task began
 *   3  bell: one bit for each word (modulo 31) on which its event loop asks to be rung for, see `Bell`
 *   4  kind: 0 a thread, 1 a ticket for a receiver on its way
 */
export class Tenants {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #slots: number;
  readonly #isRunning: (task: number, start: number) => boolean;

  /** How many bytes a table takes. */
  static byteLength(slots: number): number {
    return (1 + slots * wordsPerSlot) * 4;
  }

  /**
   * @param at the index of the table's first word.
   * @param slots how many there is room for, a power of two.
   * @param isRunning tells whether a task still runs.
   */
  constructor(words: Int32Array, at: number, slots: number, isRunning: (task: number, start: number) => boolean) {
    this.#words = words;
    this.#at = at;
    this.#slots = slots;
    this.#isRunning = isRunning;
  }

  /**
   * Takes a slot. When all are in use, those of the dead are given again, and then tickets.
   *
   * @returns the new tenant's id.
   * @throws {RangeError} when more share the memory than there are slots.
   */
  claim(task: number, start: number, kind: "thread" | "ticket" = "thread"): number {
    const free = (id: number) => id <= 0;
    const dead = (id: number) => id > 0 && id < claiming && !this.isAlive(id);
    const unclaimed = (id: number) => this.read(id)?.isTicket === true;
    for (const usable of [free, dead, unclaimed]) {
      for (let slot = 0; slot < this.#slots; slot++) {
        const word = this.#word(slot, idWord);
        const old = Atomics.load(this.#words, word);
        if (!usable(old)) continue;
        const id = this.#successor(old, slot);
        if (Atomics.compareExchange(this.#words, word, old, id | claiming) !== old) continue;
        Atomics.store(this.#words, this.#word(slot, bellWord), 0);
        Atomics.store(this.#words, this.#word(slot, kindWord), kind === "ticket" ? 1 : 0);
        Atomics.store(this.#words, this.#word(slot, startWord), start);
        Atomics.store(this.#words, this.#word(slot, taskWord), task);
        this.#raiseUsed(slot + 1);
        Atomics.store(this.#words, word, id);
        return id;
      }
    }
    throw new RangeError(`Cannot share memory with one more thread: the limit is ${this.#slots} at a time`);
  }

  /** Says which task a tenant is, of one that was claimed for it before it began. */
  assign(id: number, task: number, start: number): void {
    const slot = id & (this.#slots - 1);
    Atomics.store(this.#words, this.#word(slot, startWord), start);
    Atomics.store(this.#words, this.#word(slot, taskWord), task);
  }

  /** Gives a slot back; what its tenant held counts as abandoned from now on. */
  release(id: number): void {
    const slot = id & (this.#slots - 1);
    if (id > 0) Atomics.compareExchange(this.#words, this.#word(slot, idWord), id, -id);
  }

  /** Whether the tenant with this id still runs. */
  isAlive(id: number): boolean {
    const tenant = this.read(id);
    return tenant !== undefined && this.#isRunning(tenant.task, tenant.start);
  }

  /** The tenant with this id; `undefined` when it left. */
  read(id: number): Tenant | undefined {
    const slot = id & (this.#slots - 1);
    if (id <= 0 || Atomics.load(this.#words, this.#word(slot, idWord)) !== id) return undefined;
    return {
      id,
      task: Atomics.load(this.#words, this.#word(slot, taskWord)),
      start: Atomics.load(this.#words, this.#word(slot, startWord)),
      isTicket: Atomics.load(this.#words, this.#word(slot, kindWord)) === 1,
    };
  }

  /** All tenants that have not left, the dead among them. */
  *all(): Generator<Tenant> {
    const used = Atomics.load(this.#words, this.#at);
    for (let slot = 0; slot < used; slot++) {
      const tenant = this.read(Atomics.load(this.#words, this.#word(slot, idWord)));
      if (tenant !== undefined) yield tenant;
    }
  }

  /** Whether a slot is being filled in at this moment. */
  get isFilling(): boolean {
    for (let slot = 0; slot < this.#slots; slot++) {
      if (Atomics.load(this.#words, this.#word(slot, idWord)) >= claiming) return true;
    }
    return false;
  }

  /** Asks to be rung for when a word is woken; the bit stays until somebody does. */
  askBell(id: number, word: number): void {
    Atomics.or(this.#words, this.#word(id & (this.#slots - 1), bellWord), bellBit(word));
  }

  /** Answers for everyone who asks to be rung for on a word, and returns them; each is returned to one caller. */
  takeBells(word: number): Tenant[] {
    const rung: Tenant[] = [];
    const used = Atomics.load(this.#words, this.#at);
    for (let slot = 0; slot < used; slot++) {
      const bell = this.#word(slot, bellWord);
      if ((Atomics.load(this.#words, bell) & bellBit(word)) === 0) continue;
      if ((Atomics.and(this.#words, bell, ~bellBit(word)) & bellBit(word)) === 0) continue;
      const tenant = this.read(Atomics.load(this.#words, this.#word(slot, idWord)));
      if (tenant !== undefined) rung.push(tenant);
    }
    return rung;
  }

  #word(slot: number, word: number): number {
    return this.#at + 1 + slot * wordsPerSlot + word;
  }

  // Ids stay below 2³⁰, so that a lock has bits left for its own; after that many they begin anew.
  #successor(old: number, slot: number): number {
    const next = Math.abs(old) + this.#slots;
    return old === 0 || next >= 2 ** 30 ? this.#slots + slot : next;
  }

  #raiseUsed(used: number): void {
    for (;;) {
      const before = Atomics.load(this.#words, this.#at);
      if (before >= used || Atomics.compareExchange(this.#words, this.#at, before, used) === before) return;
    }
  }
}

function bellBit(word: number): number {
  return 1 << (word % 31);
}
