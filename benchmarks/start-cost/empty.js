// The smallest module that a child can run.
export function nothing() {}
