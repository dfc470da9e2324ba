import { feature } from "../core/feature";
import card from "./card.css?inline";
import desk from "./desk.css?inline";
import { Room } from "./room";
import stream from "./stream.css?inline";
import { StreamView } from "./view";

export default feature((connection, model) => new Room(connection, model), StreamView, [
  stream,
  card,
  desk,
]);
