import { addWords } from "./i18n";
import keys from "./keys.json";

addWords(keys);
