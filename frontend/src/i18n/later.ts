import "./signin";
import { addWords } from "./i18n";
import later from "./later.json";

addWords(later);
