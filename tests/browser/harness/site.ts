// The static server of the tests: a folder, under the Content-Security-Policy that the package must live with.
export { CSP, serve } from "../../../scripts/serve.mjs";
