import { feature } from "../core/feature";
import note from "./note.css?inline";
import { Room } from "./room";
import { NotesView } from "./view";
import view from "./view.css?inline";

export default feature((connection) => new Room(connection), NotesView, [view, note]);
