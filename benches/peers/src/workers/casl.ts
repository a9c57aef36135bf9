import { createMongoAbility, subject } from "@casl/ability";
import { unpackRules } from "@casl/ability/extra";
import type { Stranger } from "../scenario.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const stranger = JSON.parse(request.headers.get("question") as string) as Stranger;
    const ability = createMongoAbility(unpackRules(await request.json()) as never);
    return Response.json(ability.can(stranger.ask, subject(stranger.type, stranger.row as object) as never));
  },
};
