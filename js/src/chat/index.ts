import { feature } from "../core/feature";
import find from "../shared/find.css?inline";
import composer from "./composer.css?inline";
import log from "./log.css?inline";
import message from "./message.css?inline";
import pins from "./pins.css?inline";
import reactions from "./reactions.css?inline";
import { Room } from "./room";
import search from "./search.css?inline";
import tools from "./tools.css?inline";
import { ChatView } from "./view";
import view from "./view.css?inline";

const basics = [find, view, log, message];
const parts = [reactions, tools, pins, search, composer];

export default feature((connection) => new Room(connection), ChatView, [...basics, ...parts]);
