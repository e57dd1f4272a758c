import "./later";
import asking from "./asking.json";
import { addWords } from "./i18n";

addWords(asking);
