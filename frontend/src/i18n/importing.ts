import { addWords } from "./i18n";
import importing from "./importing.json";

addWords(importing);
