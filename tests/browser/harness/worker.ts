// The worker of the vectors: a file of them comes as the body of a request.
import { runFile } from "./runner.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await runFile(await request.text()));
  },
};
