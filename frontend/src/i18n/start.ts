import { addWords } from "./i18n";
import start from "./start.json";

addWords(start);
