import { addWords } from "./i18n";
import runbooks from "./runbooks.json";

addWords(runbooks);
