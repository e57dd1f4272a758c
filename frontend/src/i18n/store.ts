import { addWords } from "./i18n";
import store from "./store.json";

addWords(store);
