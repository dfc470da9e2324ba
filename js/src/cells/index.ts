import { feature } from "../core/feature";
import leave from "../shared/leave.css?inline";
import styles from "./cells.css?inline";
import desk from "./desk.css?inline";
import diff from "./diff.css?inline";
import { Room } from "./room";
import { CellsView } from "./view";

export default feature((connection) => new Room(connection), CellsView, [
  leave,
  styles,
  diff,
  desk,
]);
