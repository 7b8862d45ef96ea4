/** The key of the method whose result `console.log` prints in place of an object's fields. */
export const inspected: unique symbol = Symbol.for("nodejs.util.inspect.custom");
