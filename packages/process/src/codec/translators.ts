import { errorTranslator } from "./error-form.ts";
import type { Translator } from "./form.ts";
import { bufferTranslator, domExceptionTranslator, lookalikeTranslator, urlTranslator } from "./object-form.ts";
import { shareableTranslator } from "./shareable-form.ts";

/** The kinds of value that cross as forms in every message. The lookalike is asked for plain objects only. */
export const ownTranslators: readonly Translator<never>[] = [
  shareableTranslator as Translator<never>,
  bufferTranslator as Translator<never>,
  domExceptionTranslator as Translator<never>,
  errorTranslator as Translator<never>,
  urlTranslator as Translator<never>,
  lookalikeTranslator as Translator<never>,
];
