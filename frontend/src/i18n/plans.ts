import { addWords } from "./i18n";
import plans from "./plans.json";

addWords(plans);
