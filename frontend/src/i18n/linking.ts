import { addWords } from "./i18n";
import linking from "./linking.json";

addWords(linking);
