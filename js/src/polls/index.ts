import { feature } from "../core/feature";
import leave from "../shared/leave.css?inline";
import desk from "./desk.css?inline";
import form from "./form.css?inline";
import poll from "./poll.css?inline";
import results from "./results.css?inline";
import { Room } from "./room";
import rounds from "./round_comparison.css?inline";
import { PollsView } from "./view";
import view from "./view.css?inline";

const styles = [leave, view, poll, results, rounds, desk, form];

export default feature((connection) => new Room(connection), PollsView, styles);
