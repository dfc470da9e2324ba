import code from "../core/code.css?inline";
import core from "../core/core.css?inline";
import empty from "../core/empty.css?inline";
import { feature } from "../core/feature";
import float from "../core/float.css?inline";
import { Inbox } from "./inbox";
import row from "./row.css?inline";
import { NotificationsView } from "./view";
import view from "./view.css?inline";

const styles = [core, float, code, empty, view, row];

export default feature((connection) => new Inbox(connection), NotificationsView, styles);
