import editing from "./editing.json";
import { addWords } from "./i18n";

addWords(editing);
