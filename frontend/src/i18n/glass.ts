import "./signin";
import glass from "./glass.json";
import { addWords } from "./i18n";

addWords(glass);
