// English, screen by screen.
import { actions } from "./actions";
import { alerts } from "./alerts";
import { chat } from "./chat";
import { common } from "./common";
import { drills } from "./drills";
import { genome } from "./genome";
import { knowledge } from "./knowledge";
import { operations } from "./operations";
import { problems } from "./problems";
import { runbook } from "./runbook";
import { settings } from "./settings";
import { traces } from "./traces";

export const en = {
  actions,
  alerts,
  chat,
  common,
  drills,
  genome,
  knowledge,
  operations,
  problems,
  runbook,
  settings,
  traces,
};
