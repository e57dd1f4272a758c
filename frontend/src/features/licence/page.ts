import CertificateIcon from "@patternfly/react-icons/dist/esm/icons/certificate-icon";
import { definePage } from "../../pages/page";

export const pages = [
  definePage({
    id: "licence",
    path: "/licence",
    title: "nav.licence",
    navigation: { group: "organisation", order: 40, icon: CertificateIcon },
    needs: [["licence", "get"]],
    load: async () => (await import("./LicencePage")).LicencePage,
  }),
];
