import { Org, type Type } from "aclarity";
import type { ColdData } from "../cold-start.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const { stranger, own } = (await request.json()) as ColdData;
    const org = await Org.load(own);
    return Response.json(org.as(stranger.user).can(stranger.ask as "read", stranger.type as Type, stranger.row));
  },
};
