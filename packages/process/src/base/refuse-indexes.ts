const index = /^-?\d+$/;

/**
 * Makes `object[i]` an error for the objects of a class whose elements are behind methods. Otherwise JavaScript reads
 * `undefined`, and assigning adds a property to the object that no other process sees.
 *
 * A proxy in the prototype chain is asked for properties that the object and its class do not have, so that other uses
 * cost nothing.
 *
 * @param type the class, whose objects have `get(i)` and `set(i, value)`.
 * @param whole code for all elements at once, for the messages. Default: none.
 */
export function refuseIndexes(type: { readonly name: string; readonly prototype: object }, whole?: string): void {
  const { name, prototype } = type;
  const also = whole === undefined ? "" : `, or ${whole}`;
  const refuse = (verb: string, key: string, call: string): never => {
    throw new TypeError(`Cannot ${verb} [${key}] of a ${name}: its elements are no properties; write ${call}${also}`);
  };
  const isIndex = (key: string | symbol): key is string => typeof key === "string" && index.test(key);
  const guard = new Proxy(Object.create(Object.getPrototypeOf(prototype)), {
    get(target, key, receiver) {
      return isIndex(key) ? refuse("read", key, `get(${key})`) : Reflect.get(target, key, receiver);
    },
    set(target, key, value, receiver) {
      return isIndex(key) ? refuse("set", key, `set(${key}, value)`) : Reflect.set(target, key, value, receiver);
    },
  });
  Object.setPrototypeOf(prototype, guard);
}
