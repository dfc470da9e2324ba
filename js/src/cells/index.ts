import { feature } from "../core/feature";
import list from "../shared/list.css?inline";
import styles from "./cells.css?inline";
import desk from "./desk.css?inline";
import diff from "./diff.css?inline";
import { Room } from "./room";
import { CellsView } from "./view";

export default feature((connection) => new Room(connection), CellsView, [list, styles, diff, desk]);
