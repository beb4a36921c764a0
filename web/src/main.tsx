// Where the page starts.
import { render } from "preact";
import { followOtherTabs } from "./actions/consent";
import { App } from "./app";
import { startClock } from "./clock";
import { followFocus } from "./frame/focus";
import { followPlaces } from "./frame/places";
import { followAddress } from "./route";
import { dressDocument } from "./settings/preferences";
import "./styles/index.css";

dressDocument();
followPlaces();
followAddress();
followOtherTabs();
startClock();
const page = document.getElementById("page");
if (page) {
  followFocus(page);
  render(<App />, page);
}
