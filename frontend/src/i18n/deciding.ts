import deciding from "./deciding.json";
import { addWords } from "./i18n";

addWords(deciding);
