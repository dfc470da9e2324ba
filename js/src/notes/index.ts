import { feature } from "../core/feature";
import leave from "../shared/leave.css?inline";
import refusal from "../shared/refusal.css?inline";
import note from "./note.css?inline";
import { Room } from "./room";
import { NotesView } from "./view";
import view from "./view.css?inline";

export default feature((connection) => new Room(connection), NotesView, [
  view,
  leave,
  refusal,
  note,
]);
