import { addWords } from "./i18n";
import operate from "./operate.json";

addWords(operate);
