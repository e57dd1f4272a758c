import { addWords } from "./i18n";
import inviting from "./inviting.json";

addWords(inviting);
