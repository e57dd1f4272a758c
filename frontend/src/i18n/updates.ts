import { addWords } from "./i18n";
import updates from "./updates.json";

addWords(updates);
