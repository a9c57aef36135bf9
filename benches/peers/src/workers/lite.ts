import { Org, type Type } from "aclarity/lite";
import type { Stranger } from "../scenario.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const stranger = JSON.parse(request.headers.get("question") as string) as Stranger;
    const org = await Org.load(await request.arrayBuffer());
    return Response.json(org.as(stranger.user).can(stranger.ask as "read", stranger.type as Type, stranger.row));
  },
};
