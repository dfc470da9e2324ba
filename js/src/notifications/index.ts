import { feature } from "../core/feature";
import refusal from "../shared/refusal.css?inline";
import { Inbox } from "./inbox";
import row from "./row.css?inline";
import { NotificationsView } from "./view";
import view from "./view.css?inline";

const styles = [view, refusal, row];

export default feature((connection) => new Inbox(connection), NotificationsView, styles);
