import { addWords } from "./i18n";
import terminal from "./terminal.json";

addWords(terminal);
