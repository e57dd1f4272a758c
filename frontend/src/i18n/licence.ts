import { addWords } from "./i18n";
import licence from "./licence.json";

addWords(licence);
