import type { Stranger } from "../scenario.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const stranger = JSON.parse(request.headers.get("question") as string) as Stranger;
    return Response.json(stranger.expected);
  },
};
