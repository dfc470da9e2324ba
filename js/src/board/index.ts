import { feature } from "../core/feature";
import leave from "../shared/leave.css?inline";
import refusal from "../shared/refusal.css?inline";
import board from "./board.css?inline";
import { Room } from "./room";
import { BoardView } from "./view";

export default feature((connection) => new Room(connection), BoardView, [board, leave, refusal]);
