import { feature } from "../core/feature";
import desk from "./desk.css?inline";
import poll from "./poll.css?inline";
import results from "./results.css?inline";
import { Room } from "./room";
import rounds from "./round_comparison.css?inline";
import { PollsView } from "./view";
import view from "./view.css?inline";

const styles = [view, poll, results, rounds, desk];

export default feature((connection) => new Room(connection), PollsView, styles);
