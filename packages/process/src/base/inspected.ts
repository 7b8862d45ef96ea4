/** The method that `console.log` asks for what people shall see of an object, in place of all that it is made of. */
export const inspected: unique symbol = Symbol.for("nodejs.util.inspect.custom");
