import { addWords } from "./i18n";
import owning from "./owning.json";

addWords(owning);
