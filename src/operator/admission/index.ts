export { AdmissionServer, type AdmissionServerOptions, startAdmissionServer } from "./admission-server.js";
