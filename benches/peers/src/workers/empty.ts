import type { ColdData } from "../cold-start.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const { stranger } = (await request.json()) as ColdData;
    return Response.json(stranger.expected);
  },
};
