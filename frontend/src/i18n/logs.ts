import { addWords } from "./i18n";
import logs from "./logs.json";

addWords(logs);
