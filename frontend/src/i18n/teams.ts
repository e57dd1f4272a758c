import { addWords } from "./i18n";
import teams from "./teams.json";

addWords(teams);
