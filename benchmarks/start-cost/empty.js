// As small as a module that a child can run gets.
export function nothing() {}
