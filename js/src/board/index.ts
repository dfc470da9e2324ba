import { feature } from "../core/feature";
import board from "./board.css?inline";
import { Room } from "./room";
import { BoardView } from "./view";

export default feature((connection) => new Room(connection), BoardView, [board]);
