import { addWords } from "./i18n";
import receivers from "./receivers.json";

addWords(receivers);
