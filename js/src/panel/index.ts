import core from "../core/core.css?inline";
import { feature } from "../core/feature";
import float from "../core/float.css?inline";
import projector from "../core/projector.css?inline";
import { Room } from "./room";
import strip from "./strip.css?inline";
import { PanelView } from "./view";
import view from "./view.css?inline";

export default feature((connection, model) => new Room(connection, model), PanelView, [
  core,
  float,
  projector,
  view,
  strip,
]);
