import { addWords } from "./i18n";
import usage from "./usage.json";

addWords(usage);
