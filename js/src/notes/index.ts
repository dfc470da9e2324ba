import { feature } from "../core/feature";
import list from "../shared/list.css?inline";
import note from "./note.css?inline";
import { Room } from "./room";
import { NotesView } from "./view";
import view from "./view.css?inline";

export default feature((connection) => new Room(connection), NotesView, [list, view, note]);
