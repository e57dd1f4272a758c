import { addWords } from "./i18n";
import rules from "./rules.json";

addWords(rules);
