import { addWords } from "./i18n";
import invited from "./invited.json";

addWords(invited);
