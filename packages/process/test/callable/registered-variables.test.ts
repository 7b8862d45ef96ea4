import { Pool, Process, registerClass } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { Money } from "../fixture/callable/money.js";

/** Not exported, so that it is sent as text. */
class Account {
  #paid: Money[];
  constructor(paid: Money[]) {
    this.#paid = paid;
  }
  get paid(): readonly Money[] {
    return this.#paid;
  }
}
registerClass(Account, {
  toPlain: ({ paid }) => [...paid],
  fromPlain: (paid: Money[]) => new Account(paid),
});

/** An error with a field that only its class can read. */
class Refund extends Error {
  #amount: Money;
  constructor(message: string, amount: Money) {
    super(message);
    this.#amount = amount;
  }
  get amount(): Money {
    return this.#amount;
  }
}
registerClass(Refund, {
  toPlain: ({ message, amount }) => ({ message, amount }),
  fromPlain: (plain: { message: string; amount: Money }) => new Refund(plain.message, plain.amount),
});

/** Not registered. */
class Secret extends Error {
  readonly code = "E_SECRET";
  readonly price = new Money(2);
  #key = 1;
  get key(): number {
    return this.#key;
  }
}

const price = new Money(30);
const shop = { account: new Account([new Money(1)]) };
const refuse = () => {
  throw new Refund("too late", new Money(9));
};
const hide = () => {
  throw new Secret("hidden");
};

describe.each(["thread", "spawn"] as const)("an object of a registered class by %s", (startMethod) => {
  const run = <R>(fn: () => R) => new Process(fn, { startMethod }).start().result();
  const thrownBy = async (fn: () => unknown): Promise<unknown[]> => {
    await using pool = new Pool({ processes: 1, startMethod });
    const thrown = (error: unknown) => error;
    return [await run(fn).catch(thrown), await pool.apply(fn).catch(thrown)];
  };

  it("is copied as a captured variable", async () => {
    expect(await run(() => [price.cents, shop.account.paid[0]?.cents])).toEqual([30, 1]);
  });

  it("is sent back by a child that made it", async () => {
    const made = await run(() => new Account([new Money(4)]));
    expect([made instanceof Account, made.paid[0]?.cents]).toEqual([true, 4]);
  });

  it("is thrown with its private fields and its stack", async () => {
    for (const error of (await thrownBy(refuse)) as Refund[]) {
      expect([error instanceof Refund, error.message, error.amount.cents]).toEqual([true, "too late", 9]);
      expect(error.stack).toContain("registered-variables.test.ts");
    }
  });

  it("is a field of an error, whose own class may have private fields", async () => {
    for (const error of (await thrownBy(hide)) as Secret[]) {
      expect(error).toBeInstanceOf(Error);
      expect([error.constructor.name, error.message, error.code]).toEqual(["Secret", "hidden", "E_SECRET"]);
      expect(error.price.cents).toBe(2);
    }
  });
});

describe("registerClass()", () => {
  it("needs no reducer from the sender when the module of the class registers it", async () => {
    // In a child, since the test runner transforms the module.
    const module = new URL("../fixture/callable/token.js", import.meta.url).href;
    expect(await new Process({ module, name: "sendToken" }).start().result()).toBe(7);
  });

  it("may be called after the class was sent", async () => {
    class Late {
      #n: number;
      constructor(n: number) {
        this.#n = n;
      }
      get n(): number {
        return this.#n;
      }
    }
    await using pool = new Pool(1);
    expect(await pool.apply(() => new Late(3).n)).toBe(3);
    registerClass(Late, { toPlain: ({ n }) => n, fromPlain: (n: number) => new Late(n) });
    expect(await pool.apply((late: Late) => late.n, [new Late(5)])).toBe(5);
    expect((await pool.apply(() => new Late(6))).n).toBe(6);
  });

  it("refuses an object that its toPlain() returns", () => {
    class Loop {}
    registerClass(Loop, { toPlain: (loop) => loop, fromPlain: (loop: Loop) => loop });
    expect(() => new Process((loop: Loop) => loop, { args: [new Loop()] }).start()).toThrow(
      "Cannot send args[0]: a Loop is what its own toPlain() returned; return the data of its fields",
    );
  });
});
