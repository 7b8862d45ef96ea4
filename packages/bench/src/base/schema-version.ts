/**
 * The version of the result files that this package writes. A change of the format only adds keys; readers ignore keys
 * that they do not know.
 */
export const schemaVersion = 1;
