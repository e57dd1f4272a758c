import { addWords } from "./i18n";
import trust from "./trust.json";

addWords(trust);
