import { feature } from "../core/feature";
import refusal from "../shared/refusal.css?inline";
import { Board } from "./board";
import groups from "./groups.css?inline";
import matrix from "./matrix.css?inline";
import { ProgressView } from "./view";
import view from "./view.css?inline";

const styles = [view, refusal, groups, matrix];

export default feature((connection) => new Board(connection), ProgressView, styles);
