import { Org, type Type } from "aclarity";
import type { Stranger } from "../scenario.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const stranger = JSON.parse(request.headers.get("question") as string) as Stranger;
    // An export, a snapshot or a slice.
    const org = await Org.load(await request.arrayBuffer());
    return Response.json(org.as(stranger.user).can(stranger.ask as "read", stranger.type as Type, stranger.row));
  },
};
