import etcd from "./etcd.json";
import { addWords } from "./i18n";

addWords(etcd);
