import { createMongoAbility, subject } from "@casl/ability";
import { unpackRules } from "@casl/ability/extra";
import type { ColdData } from "../cold-start.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const { stranger, rules } = (await request.json()) as ColdData;
    const ability = createMongoAbility(unpackRules(JSON.parse(rules)) as never);
    return Response.json(ability.can(stranger.ask, subject(stranger.type, stranger.row as object) as never));
  },
};
