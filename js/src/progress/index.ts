import { feature } from "../core/feature";
import { Board } from "./board";
import groups from "./groups.css?inline";
import matrix from "./matrix.css?inline";
import { ProgressView } from "./view";
import view from "./view.css?inline";

const styles = [view, groups, matrix];

export default feature((connection) => new Board(connection), ProgressView, styles);
