import { addWords } from "./i18n";
import signin from "./signin.json";

addWords(signin);
