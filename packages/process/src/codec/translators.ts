import { errorTranslator } from "./error-form.ts";
import type { Translator } from "./form.ts";
import { bufferTranslator, domExceptionTranslator, lookalikeTranslator, urlTranslator } from "./object-form.ts";
import { registeredClassTranslator } from "./registered-class.ts";
import { shareableTranslator } from "./shareable-form.ts";

/** The translators of every message. The encoder asks the lookalike for plain objects only. */
export const builtinTranslators: readonly Translator<never>[] = [
  shareableTranslator as Translator<never>,
  registeredClassTranslator as Translator<never>,
  bufferTranslator as Translator<never>,
  domExceptionTranslator as Translator<never>,
  errorTranslator as Translator<never>,
  urlTranslator as Translator<never>,
  lookalikeTranslator as Translator<never>,
];
