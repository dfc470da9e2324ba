import { feature } from "../core/feature";
import { Room } from "./room";
import strip from "./strip.css?inline";
import { PanelView } from "./view";
import view from "./view.css?inline";

export default feature((connection, model) => new Room(connection, model), PanelView, [
  view,
  strip,
]);
