import { feature } from "../core/feature";
import list from "../shared/list.css?inline";
import { Inbox } from "./inbox";
import row from "./row.css?inline";
import { NotificationsView } from "./view";
import view from "./view.css?inline";

const styles = [list, view, row];

export default feature((connection) => new Inbox(connection), NotificationsView, styles);
