/**
 * The names of what replaces a part of a text. A name gets a suffix when the text has it already. Where possible, it is
 * as long as the part that it replaces, so that columns do not change.
 */
export const placeholderNames = { meta: "import$meta", superclass: "$superclass", assigned: "$assigned" } as const;

/** Whether a name in the text of a function that was rebuilt in this process may be that of a placeholder. */
export function isPlaceholderName(name: string, of: keyof typeof placeholderNames): boolean {
  return name.replace(/\$+$/, "") === placeholderNames[of];
}
